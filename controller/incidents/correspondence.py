"""The customer's side of an incident: opening one, writing to us, saying that it works or does not.

Whoever acts is either the customer's own contact (the door has seen to it that the incident is theirs) or a
member of staff who takes down what a customer says, by phone for instance.
"""

from datetime import datetime
from uuid import UUID

from controller import timers
from controller.core.actor import SYSTEM, ActorKind
from controller.core.errors import Conflict, NotFound
from controller.core.severity import Severity
from controller.fleet import store as fleet
from controller.incidents import store
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates.family import survivor
from controller.incidents.events import IncidentOpened
from controller.incidents.limits import (
    SUMMARY_CHARACTERS,
    check_channel,
    check_characters,
    check_text,
    check_writer,
)
from controller.incidents.pauses.actions import ANSWERED, end_pause
from controller.incidents.pauses.pause import Awaited
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import append, entry_of, load, write
from controller.people.contacts import store as contacts
from controller.storage import Unit

CLOSE_TIMER = "incident.close"
CONFIRMED = "confirmed_by_customer"
SILENT = "customer_silent"


async def open_by_person(
    unit: Unit,
    *,
    customer_id: UUID,
    summary: str,
    body: str = "",
    severity: Severity = Severity.NORMAL,
    machine_id: UUID | None = None,
    channel: str | None = "web",
    refers_to: Incident | None = None,
) -> Incident:
    """A new incident in somebody's own words; its clocks run from now, when it reached us (T2).

    `summary` is one thought of at most 2,000 characters, `body` up to 64 KiB. The severity is the one they
    see in it; staff change it with a reason. `refers_to`: a closed one of theirs that it takes up again; both
    say so. Raises `Invalid`, and `NotFound` for a machine of another's.
    """
    await _must_be_theirs_or_ours(unit, customer_id)
    summary = " ".join(check_characters("summary", summary, SUMMARY_CHARACTERS).split())
    body = check_text("body", body, required=False)
    channel = check_channel(channel)
    site_id = await _site_of(unit, customer_id, machine_id)
    await store.lock_openings(unit.connection)
    case = Incident(
        id=unit.chance.uuid(),
        number=await store.next_number(unit.connection),
        customer_id=customer_id,
        site_id=site_id,
        machine_id=machine_id,
        severity=severity,
        state=CaseState.OPEN,
        level=1,
        rule="",
        object="",
        facts={},
        summary=summary,
        opened_at=unit.now,
        began_at=unit.now,
        cleared_at=None,
        first_response_at=None,
        owner_id=None,
        finding_count=1,
        updated_at=unit.now,
    )
    await store.add(unit.connection, case)
    entry = entry_of(
        unit,
        case.id,
        EntryKind.OPENED,
        severity=severity.value,
        channel=channel,
        body=body,
        facts={"refers_to": refers_to.reference} if refers_to else {},
        for_customer=True,
    )
    await store.append(unit.connection, entry)
    unit.announce(IncidentOpened(case))
    if refers_to is not None:
        await append(
            unit, refers_to.id, EntryKind.FOLLOWED, facts={"case": case.reference}, for_customer=True
        )
    return case


async def customer_writes(unit: Unit, incident_id: UUID, body: str) -> Incident:
    """What a customer has to say about an open incident: for staff. It moves no clock of ours, but ends a
    wait for their answer. What is written to a merged one goes to its survivor, which is returned."""
    body = check_text("body", body)
    case = await theirs(unit, incident_id)
    if case.state is not CaseState.OPEN:
        raise Conflict(f"{case.reference} is {case.state.value}; reopen it first")
    case = await write(unit, case, EntryKind.CUSTOMER_MESSAGE, body=body, channel="web", for_customer=True)
    await end_pause(unit, case, ANSWERED, only=Awaited.CUSTOMER)
    return case


async def customer_reopens(unit: Unit, incident_id: UUID, body: str, *, closed_too: bool = False) -> Incident:
    """It does not work after all: a resolved incident is open again, with what they say (T8); also a closed
    one, where the caller has seen that the plan's days since then are not over.

    Raises `Conflict` for one that is open (or closed), and when its fault has a newer open incident.
    """
    body = check_text("body", body)
    await store.lock_openings(unit.connection)
    case = await theirs(unit, incident_id)
    if case.state is CaseState.OPEN or (case.state is CaseState.CLOSED and not closed_too):
        raise Conflict(f"{case.reference} is {case.state.value} already")
    if case.machine_id is not None and case.rule:
        newer = await store.find_open(unit.connection, case.machine_id, case.rule, case.object)
        if newer is not None:
            raise Conflict(f"{newer.reference} is open for the same fault; go on there")
    return await write(
        unit,
        case,
        EntryKind.REOPENED,
        changes={"state": CaseState.OPEN},
        reason="customer_says_no",
        channel="web",
        body=body,
        for_customer=True,
    )


async def customer_confirms(unit: Unit, incident_id: UUID) -> Incident:
    """It works: a resolved incident is closed. Raises `Conflict` for one that is not resolved."""
    case = await theirs(unit, incident_id)
    if case.state is not CaseState.RESOLVED:
        raise Conflict(f"{case.reference} is {case.state.value} already")
    return await write(
        unit,
        case,
        EntryKind.CLOSED,
        changes={"state": CaseState.CLOSED},
        reason=CONFIRMED,
        channel="web",
        for_customer=True,
    )


async def close_in_silence(unit: Unit, case: Incident, days: int) -> None:
    """A resolved incident whose customer said nothing for the plan's days."""
    if case.state is not CaseState.RESOLVED:
        return
    await write(
        unit,
        case,
        EntryKind.CLOSED,
        actor=SYSTEM,
        changes={"state": CaseState.CLOSED},
        facts={"days": str(days)},
        reason=SILENT,
        for_customer=True,
        auto=True,
    )


async def await_confirmation(unit: Unit, incident_id: UUID, until: datetime) -> None:
    """The timer that closes it when nobody says anything by then."""
    await timers.plan(unit, close_key(incident_id), CLOSE_TIMER, incident_id, until)


async def await_nothing(unit: Unit, incident_id: UUID) -> None:
    await timers.cancel(unit, close_key(incident_id))


def close_key(incident_id: UUID) -> str:
    return f"{CLOSE_TIMER}:{incident_id}"


async def theirs(unit: Unit, incident_id: UUID) -> Incident:
    """The incident, or the one that goes on for it. Locked. Raises `NotFound` for another customer's: the
    wall stands here as well as at the door."""
    case = await load(unit, await survivor(unit.connection, incident_id))
    try:
        await _must_be_theirs_or_ours(unit, case.customer_id)
    except NotFound:
        raise NotFound("incident", case.reference) from None
    return case


async def _must_be_theirs_or_ours(unit: Unit, customer_id: UUID) -> None:
    if unit.actor.kind is not ActorKind.CUSTOMER:
        check_writer(unit.actor)
        return
    who = await contacts.contact(unit.connection, unit.actor.id) if unit.actor.id else None
    if who is None or not who.active or who.customer_id != customer_id:
        raise NotFound("customer", str(customer_id))


async def _site_of(unit: Unit, customer_id: UUID, machine_id: UUID | None) -> UUID | None:
    if machine_id is None:
        return None
    machine = await fleet.machine(unit.connection, machine_id)
    if machine is None or machine.customer_id != customer_id:
        raise NotFound("machine", str(machine_id))
    return machine.site_id


async def note_request(unit: Unit, incident_id: UUID, *, reference: str, kind: str, title: str) -> None:
    """The timeline's word that a request was registered from it; the request itself is kept by `requests`."""
    check_writer(unit.actor)
    await append(
        unit,
        incident_id,
        EntryKind.REQUEST_JOINED,
        facts={"request": reference, "kind": kind, "title": title},
    )
