"""What people do in an incident: answer, update, note, escalate, resolve, close, reopen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from controller.core.actor import ActorKind
from controller.core.errors import Conflict, Invalid, NotFound
from controller.core.severity import Severity
from controller.incidents import store
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates.family import must_go_on_itself
from controller.incidents.limits import (
    LEVELS,
    REASON_CHARACTERS,
    check_channel,
    check_characters,
    check_instant,
    check_text,
    check_writer,
)
from controller.incidents.mentions.actions import write_note
from controller.incidents.pauses.actions import end_with
from controller.incidents.post import check_post
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import load, write
from controller.people import store as people
from controller.people.access import Act, demand
from controller.storage import Unit


async def respond(
    unit: Unit,
    incident_id: UUID,
    body: str,
    channel: str | None = None,
    at: datetime | None = None,
    reason: str | None = None,
) -> Incident:
    """A person's answer to the customer; the first one ends the first-response clock (T2).

    `at` earlier than now needs a `reason` and is shown as written down late (T9). Whoever answers an incident
    that nobody owns, owns it. Raises `Conflict` unless it is open.
    """
    return await _say(unit, EntryKind.RESPONDED, incident_id, body, channel, at, reason)


async def update_customer(
    unit: Unit,
    incident_id: UUID,
    body: str,
    channel: str | None = None,
    at: datetime | None = None,
    reason: str | None = None,
) -> Incident:
    """News for the customer; restarts the update clock (T3). Otherwise like `respond`."""
    return await _say(unit, EntryKind.UPDATED_CUSTOMER, incident_id, body, channel, at, reason)


async def _say(
    unit: Unit,
    kind: EntryKind,
    incident_id: UUID,
    body: str,
    channel: str | None,
    at: datetime | None,
    reason: str | None,
) -> Incident:
    check_writer(unit.actor)
    if at is not None and unit.actor.kind is ActorKind.PERSON:
        demand(unit.actor, Act.BACKDATE)
    body = check_text("body", body)
    channel = check_channel(channel)
    reason = _reason(reason) if reason else None
    case = await load(unit, incident_id)
    _must_be_open(case)
    await check_post(unit.connection, case, channel)
    happened_at = check_instant(at, reason, case, unit.now)
    earlier = case.first_response_at
    case = await write(
        unit,
        case,
        kind,
        at=happened_at,
        changes={"first_response_at": min(earlier, happened_at) if earlier else happened_at},
        facts={} if at is None else {"backdated": "1"},
        body=body,
        channel=channel,
        reason=reason,
        for_customer=True,
    )
    if case.owner_id is None and unit.actor.kind is ActorKind.PERSON and unit.actor.id is not None:
        case = await _own(unit, case, unit.actor.id)
    return case


async def note(unit: Unit, incident_id: UUID, body: str, *, console_url: str = "") -> Incident:
    """For staff alone; answers nobody and moves no clock. In any state. Whoever it names (`@ana`) is told,
    with a link into the console at `console_url`. Raises `Invalid` for a login that is nobody's."""
    check_writer(unit.actor)
    body = check_text("body", body)
    return await write_note(unit, await load(unit, incident_id), body, console_url)


async def change_severity(unit: Unit, incident_id: UUID, severity: Severity, reason: str) -> Incident:
    """Moves the clocks as the plan says (T6). Raises `Conflict` when it has that severity already."""
    check_writer(unit.actor)
    reason = _reason(reason)
    case = await load(unit, incident_id)
    _must_be_open(case)
    if case.severity is severity:
        raise Conflict(f"{case.reference} is {severity.value} already")
    return await write(
        unit,
        case,
        EntryKind.SEVERITY_CHANGED,
        changes={"severity": severity},
        facts={"before": case.severity.value},
        severity=severity.value,
        reason=reason,
        for_customer=True,
    )


async def escalate(unit: Unit, incident_id: UUID, level: int, reason: str) -> Incident:
    """To the queue of a higher level, earlier than the engine would."""
    check_writer(unit.actor)
    reason = _reason(reason)
    return await climb(unit, incident_id, level, at=unit.now, facts={}, reason=reason)


async def climb(
    unit: Unit, incident_id: UUID, level: int, *, at: datetime, facts: Mapping[str, str], **said: Any
) -> Incident:
    """The step itself, for people and for the engine (T4a): `at` is the due when the engine is in time."""
    if level not in LEVELS[1:]:
        raise Invalid("level", f"{level} is not a level to escalate to", "Use 2 or 3")
    case = await load(unit, incident_id)
    _must_be_open(case)
    if level <= case.level:
        raise Conflict(f"{case.reference} is at level {case.level} already")
    return await write(
        unit,
        case,
        EntryKind.ESCALATED,
        at=at,
        changes={"level": level},
        facts={"before": str(case.level), **facts},
        level=level,
        **said,
    )


async def assign(unit: Unit, incident_id: UUID, user_id: UUID | None) -> Incident:
    """`user_id` None: nobody owns it any more. Answers nobody (T2)."""
    check_writer(unit.actor)
    case = await load(unit, incident_id)
    if case.state is CaseState.CLOSED:
        raise Conflict(f"{case.reference} is closed; reopen it first")
    if case.owner_id == user_id:
        return case
    name = ""
    if user_id is not None and user_id != unit.actor.id:
        owner = await people.user(unit.connection, user_id)
        if owner is None or not owner.active:
            raise NotFound("active user", str(user_id))
        name = owner.name
    return await _own(unit, case, user_id, name)


async def _own(unit: Unit, case: Incident, user_id: UUID | None, name: str = "") -> Incident:
    return await write(
        unit,
        case,
        EntryKind.OWNER_CHANGED,
        changes={"owner_id": user_id},
        facts={"owner_id": str(user_id) if user_id else "", "owner_name": name},
    )


async def resolve(unit: Unit, incident_id: UUID, body: str) -> Incident:
    """`body` tells the customer what was done. The clocks stop (T3, T4)."""
    check_writer(unit.actor)
    body = check_text("body", body)
    case = await load(unit, incident_id)
    _must_be_open(case)
    await end_with(unit, case)
    return await write(
        unit,
        case,
        EntryKind.RESOLVED,
        changes={"state": CaseState.RESOLVED},
        body=body,
        for_customer=True,
    )


async def close(unit: Unit, incident_id: UUID, reason: str) -> Incident:
    """The end, from open or resolved. `reason` is for the customer's eyes too."""
    check_writer(unit.actor)
    reason = _reason(reason)
    case = await load(unit, incident_id)
    if case.state is CaseState.CLOSED:
        raise Conflict(f"{case.reference} is closed already")
    await end_with(unit, case)
    return await write(
        unit,
        case,
        EntryKind.CLOSED,
        changes={"state": CaseState.CLOSED},
        reason=reason,
        for_customer=True,
    )


async def reopen(unit: Unit, incident_id: UUID, reason: str) -> Incident:
    """The time between does not count (T8). Raises `Conflict` when its fault has a newer open incident, and
    for one that another goes on for."""
    check_writer(unit.actor)
    reason = _reason(reason)
    await store.lock_openings(unit.connection)
    case = await load(unit, incident_id)
    if case.state is CaseState.OPEN:
        raise Conflict(f"{case.reference} is open already")
    await must_go_on_itself(unit.connection, case)
    if case.machine_id is not None and case.rule:
        newer = await store.find_open(unit.connection, case.machine_id, case.rule, case.object)
        if newer is not None:
            raise Conflict(f"{newer.reference} is open for the same fault; go on there")
    return await write(
        unit,
        case,
        EntryKind.REOPENED,
        changes={"state": CaseState.OPEN},
        reason=reason,
        for_customer=True,
    )


def _must_be_open(case: Incident) -> None:
    if case.state is not CaseState.OPEN:
        raise Conflict(f"{case.reference} is {case.state.value}; reopen it first")


def _reason(reason: str) -> str:
    return check_characters("reason", reason, REASON_CHARACTERS)
