"""Verbs of the fleet: customers, sites, and a machine's coming and going.

Who a machine is and what it reports have rooms of their own inside this one; their verbs are offered here
too, so that doors need one name.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.audit.actions import record
from controller.core.errors import Conflict, Invalid, NotFound
from controller.fleet import store
from controller.fleet.customer import Customer, Site
from controller.fleet.identity import clones
from controller.fleet.identity.actions import (
    Enrolled,
    EnrolmentRequest,
    Rejection,
    ban,
    enrol,
    issue_token,
    recognise,
    renew,
    unban,
)
from controller.fleet.intake.actions import restate, take_report, take_reports
from controller.fleet.intake.cursor import Lane
from controller.fleet.intake.store import cursors_of
from controller.fleet.limits import NAME_LIMIT, named, within
from controller.fleet.machine import GoodbyeReason, Greeting, MachineEvent
from controller.fleet.presence import Flush
from controller.people.contacts.actions import add_contact
from controller.people.contacts.store import contacts
from controller.storage import Unit

__all__ = [
    "Enrolled",
    "EnrolmentRequest",
    "Rejection",
    "add_customer",
    "add_site",
    "ban",
    "change_customer",
    "enrol",
    "greet",
    "issue_token",
    "note_presence",
    "recognise",
    "renew",
    "restate",
    "say_goodbye",
    "seen",
    "take_report",
    "take_reports",
    "unban",
]

_log = logging.getLogger(__name__)

LANGUAGES = ("es", "en")
# An agent's word about its return is believed for so long and no longer.
_LONGEST_ABSENCE = timedelta(days=30)


async def add_customer(
    unit: Unit,
    name: str,
    language: str = "es",
    contact_name: str = "",
    contact_email: str = "",
    zone: str = "America/Mexico_City",
) -> Customer:
    """Raises `Invalid`, or `Conflict` when the name is taken."""
    customer = _checked(
        Customer(unit.chance.uuid(), name, language, zone, contact_name, contact_email, unit.now)
    )
    if await store.customer_named(unit.connection, customer.name):
        raise Conflict(f"there is a customer {customer.name!r} already")
    await store.add_customer(unit.connection, customer)
    await _let_in(unit, customer)
    await record(unit, "customer.add", customer.name)
    return customer


async def change_customer(unit: Unit, customer_id: UUID, **fields: str) -> Customer:
    """Changes any of language, zone, contact_name, contact_email (empty: nobody gets notices any more).

    Raises `Invalid`, `NotFound`.
    """
    known = await store.customer(unit.connection, customer_id)
    if known is None:
        raise NotFound("customer", str(customer_id))
    changed = _checked(replace(known, **fields))  # type: ignore[arg-type]  # all of them are texts
    await store.save_customer(unit.connection, changed)
    if changed.contact_email != known.contact_email:
        await _let_in(unit, changed)
    await record(unit, "customer.change", changed.name, {"fields": ", ".join(sorted(fields))})
    return changed


def _checked(customer: Customer) -> Customer:
    """With its fields in order. Raises `Invalid` for the first one that is not."""
    if customer.language not in LANGUAGES:
        raise Invalid("language", f"must be one of {', '.join(LANGUAGES)}")
    try:
        ZoneInfo(customer.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            "zone", f"{customer.zone[:64]!r} is not a time zone", "Give one as in America/Mexico_City"
        ) from error
    return replace(
        customer,
        name=named("name", customer.name),
        contact_name=named("contact_name", customer.contact_name) if customer.contact_name else "",
        contact_email=_address(customer.contact_email) if customer.contact_email else "",
    )


async def _let_in(unit: Unit, customer: Customer) -> None:
    """Whoever gets the notices may come to the portal, too."""
    address = customer.contact_email.lower()
    known = {one.email for one in await contacts(unit.connection, customer.id)}
    if address and address not in known:
        name = customer.contact_name or customer.name
        await add_contact(unit, customer.id, name, address, customer.language)


async def add_site(unit: Unit, customer_id: UUID, name: str) -> Site:
    """Raises `Invalid`, `NotFound`, or `Conflict` when the customer has a site of that name."""
    name = named("name", name)
    customer = await store.customer(unit.connection, customer_id)
    if customer is None:
        raise NotFound("customer", str(customer_id))
    if any(site.name == name for site in await store.sites(unit.connection, customer_id)):
        raise Conflict(f"{customer.name} has a site {name!r} already")
    site = Site(unit.chance.uuid(), customer_id, name)
    await store.add_site(unit.connection, site)
    await record(unit, "site.add", name, {"customer": customer.name})
    return site


def _address(text: str) -> str:
    """Not whether it is valid, which only sending tells: whether it can be one, and nothing else."""
    address = named("contact_email", within("contact_email", text, NAME_LIMIT))
    user, at, host = address.rpartition("@")
    if not at or not user or not host or any(c in address for c in " ,;<>\"'()[]\\:"):
        raise Invalid("contact_email", "must be one plain address", "Give it as in ana@example.com")
    return address


async def greet(unit: Unit, machine_id: UUID, greeting: Greeting) -> dict[Lane, int]:
    """An agent connected: note its facts, end its goodbye; per lane of its spool, what is committed here."""
    before = await store.machine(unit.connection, machine_id)
    if before is None:
        raise NotFound("machine", str(machine_id))
    if clones.came_back(before, greeting.boot_id):
        await clones.suspect(unit, before, "old_boot")
    await store.change_machine(
        unit.connection, machine_id, past_boots=list(clones.boots_after(before, greeting.boot_id))
    )
    await store.greeted(unit.connection, machine_id, greeting, unit.now)
    facts = {
        "agent_version": greeting.agent_version,
        "clock_offset_s": f"{greeting.offset.total_seconds():.3f}",
    }
    events = [MachineEvent(machine_id, unit.now, unit.now, "connected", facts)]
    if before.boot_id and before.boot_id != greeting.boot_id:
        events.append(MachineEvent(machine_id, greeting.boot_at or unit.now, unit.now, "rebooted", {}))
    await store.remember(unit.connection, events)
    cursors = await cursors_of(unit.connection, machine_id, greeting.spool_epoch)
    committed = {lane: cursor.acknowledged(unit.now) for lane, cursor in cursors.items()}
    here = committed.get(Lane.FAULTS, 0)
    if greeting.faults_acknowledged > here:
        # Nobody acknowledges before the commit: this database is older than what it said (R5).
        records = str(greeting.faults_acknowledged - here)
        _log.warning("restored from an older backup? %s records come again machine=%s", records, before.name)
        refilled = MachineEvent(machine_id, unit.now, unit.now, "refilled", {"records": records})
        await store.remember(unit.connection, [refilled])
    return committed


async def say_goodbye(
    unit: Unit, machine_id: UUID, reason: GoodbyeReason, expected_return_at: datetime | None
) -> None:
    """The agent left on purpose (R6). A return in the past or beyond 30 days counts as not told."""
    if expected_return_at is not None and not unit.now < expected_return_at <= unit.now + _LONGEST_ABSENCE:
        expected_return_at = None
    await store.change_machine(
        unit.connection,
        machine_id,
        connected=False,
        last_seen_at=unit.now,
        goodbye_reason=reason.value,
        goodbye_at=unit.now,
        expected_return_at=expected_return_at,
    )
    facts = {"reason": reason.value}
    if expected_return_at:
        facts["expected_return_at"] = expected_return_at.isoformat()
    await store.remember(unit.connection, [MachineEvent(machine_id, unit.now, unit.now, "goodbye", facts)])


async def seen(unit: Unit, heard: Iterable[tuple[UUID, datetime]]) -> None:
    """Flush last signs of life in bulk."""
    await store.seen(unit.connection, heard)


async def note_presence(unit: Unit, flush: Flush) -> None:
    """Write down who was heard last when, and whose streams ended."""
    await store.seen(unit.connection, flush.heard)
    await store.left(unit.connection, flush.away)
    ended = [MachineEvent(machine_id, at, unit.now, "disconnected", {}) for machine_id, at in flush.gone]
    await store.remember(unit.connection, ended)
