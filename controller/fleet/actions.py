"""Verbs of the fleet: customers, sites, and a machine's coming and going.

Who a machine is and what it reports have rooms of their own inside this one; their verbs are offered here
too, so that doors need one name.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.audit.actions import record
from controller.core.errors import Conflict, Invalid, NotFound
from controller.fleet import store
from controller.fleet.customer import Customer, Site
from controller.fleet.identity.actions import (
    Enrolled,
    EnrolmentRequest,
    Rejection,
    ban,
    enrol,
    issue_token,
    recognise,
    renew,
)
from controller.fleet.intake.actions import restate, take_report, take_reports
from controller.fleet.intake.cursor import Lane
from controller.fleet.intake.store import cursors_of
from controller.fleet.limits import NAME_LIMIT, named, within
from controller.fleet.machine import GoodbyeReason, Greeting, MachineEvent
from controller.fleet.presence import Flush
from controller.people.contacts.actions import add_contact
from controller.storage import Unit

__all__ = [
    "Enrolled",
    "EnrolmentRequest",
    "Rejection",
    "add_customer",
    "add_site",
    "ban",
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
]

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
    name = named("name", name)
    if language not in LANGUAGES:
        raise Invalid("language", f"must be one of {', '.join(LANGUAGES)}")
    if contact_name:
        contact_name = named("contact_name", contact_name)
    if contact_email:
        contact_email = _address(contact_email)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(
            "zone", f"{zone[:64]!r} is not a time zone", "Give one as in America/Mexico_City"
        ) from error
    if await store.customer_named(unit.connection, name):
        raise Conflict(f"there is a customer {name!r} already")
    customer = Customer(unit.chance.uuid(), name, language, zone, contact_name, contact_email, unit.now)
    await store.add_customer(unit.connection, customer)
    if contact_email:
        # The first of those who may come to the portal.
        await add_contact(unit, customer.id, contact_name or name, contact_email, language)
    await record(unit, "customer.add", name)
    return customer


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
    return {lane: cursor.acknowledged(unit.now) for lane, cursor in cursors.items()}


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
