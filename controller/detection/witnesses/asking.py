"""Ask the neighbours of a suspect, once for each silence."""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Interface, ip_interface

from controller.detection.eyes import Eyes
from controller.detection.silence import SUSPECT_S
from controller.fleet.inventory.document import Entry
from controller.fleet.inventory.store import inventory
from controller.fleet.machine import Machine
from controller.fleet.store import LastWord, machines_of
from controller.storage import Unit

# What an agent says it can be asked for.
ABILITY = "witness"
# Inner networks of one machine: the same addresses are on many, and no neighbour reaches them.
_INNER = ("lo", "docker", "br-", "veth", "virbr", "lxc", "lxd", "cni", "tun", "tap", "wg")


async def ask_about(unit: Unit, suspect: Machine, eyes: Eyes, words: Iterable[LastWord]) -> None:
    """Up to three neighbours that are heard right now look whether the suspect and their gateway answer."""
    since_s = eyes.since_s(suspect.id)
    if eyes.inquiries.about(suspect.id, since_s) is not None or not eyes.inquiries.has_room():
        return
    near = [
        one.machine_id
        for one in words
        if one.is_expected
        and (one.customer_id, one.site_id) == (suspect.customer_id, suspect.site_id)
        and one.machine_id != suspect.id
        and eyes.presence.is_connected(one.machine_id)
        and eyes.sightings.age_s(one.machine_id) < SUSPECT_S
    ]
    # Not all of a big place: what an agent can do stands in its row.
    able = [one.id for one in await machines_of(unit.connection, near[:20]) if ABILITY in one.abilities]
    able.sort(key=eyes.sightings.age_s)
    addresses = await _addresses(unit, suspect)
    eyes.inquiries.open(suspect.id, suspect.name, since_s, addresses, able if addresses else ())


async def _addresses(unit: Unit, suspect: Machine) -> list[str]:
    """What the machine itself reported and a neighbour can reach: private IPv4."""
    told = await inventory(unit.connection, suspect.id)
    return reachable(told.lists.get("addresses", ())) if told is not None else []


def reachable(entries: Sequence[Entry]) -> list[str]:
    """Of an inventory's addresses, without their prefix."""
    found = []
    for one in entries:
        try:
            interface = ip_interface(str(one.get("address", "")))
        except ValueError:
            continue
        inner = str(one.get("interface", "")).startswith(_INNER)
        if isinstance(interface, IPv4Interface) and interface.ip.is_private and not inner:
            found.append(str(interface.ip))
    return found
