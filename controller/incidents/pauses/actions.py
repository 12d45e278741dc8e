"""Begin to wait, go on, and what ends a pause by itself."""

from datetime import datetime, timedelta
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE, Actor
from controller.core.errors import Conflict, Invalid
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.limits import REASON_CHARACTERS, check_characters, check_text, check_writer
from controller.incidents.mentions.actions import write_note
from controller.incidents.pauses import store
from controller.incidents.pauses.pause import TOLD_CHARACTERS, Awaited, Pause
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import append, load, write
from controller.storage import Unit

PAUSE_TIMER = "incident.pause"
OVER = "pause_over"
ANSWERED = "customer_answered"
ENDED = "pause_ended"
_LATE = timedelta(seconds=60)


def awaited(kind: str) -> Awaited:
    """Raises `Invalid` for what nobody can wait for."""
    try:
        return Awaited(kind)
    except ValueError:
        names = ", ".join(one.value for one in Awaited)
        raise Invalid("kind", f"{kind[:40]!r} is nothing to wait for", f"Use one of {names}") from None


async def pause(
    unit: Unit,
    incident_id: UUID,
    kind: Awaited | str,
    *,
    until: datetime | None = None,
    told: str = "",
    note: str = "",
) -> Incident:
    """The incident waits for `kind`. Which clocks that stops is the plan's affair (contract.md T5), and none
    may be: a wait for consent is one all the same.

    `until`: when it ends by itself, at most what the plan allows; without it, just that. `told`: what the
    customer reads, at most 2,000 characters, else a standard sentence. `note` is for colleagues alone. Raises
    `Invalid`, and `Conflict` unless the incident is open and not paused.
    """
    check_writer(unit.actor)
    kind = awaited(kind) if isinstance(kind, str) else kind
    told = check_characters("told", told, TOLD_CHARACTERS, required=False)
    note = check_text("note", note, required=False)
    case = await load(unit, incident_id)
    if case.state is not CaseState.OPEN:
        raise Conflict(f"{case.reference} is {case.state.value}; reopen it first")
    if await store.pause_of(unit.connection, case.id) is not None:
        raise Conflict(f"{case.reference} is paused already; let it go on first")
    if until is not None and until <= unit.now:
        raise Invalid("until", "lies in the past", "Give a later instant")
    await store.add(unit.connection, Pause(case.id, kind, unit.now, until, told))
    if until is not None:
        await timers.plan(unit, _key(case.id), PAUSE_TIMER, case.id, until)
    case = await write(
        unit,
        case,
        EntryKind.PAUSED,
        facts={"until": until.isoformat()} if until is not None else {},
        reason=kind.reason,
        body=told,
        for_customer=True,
    )
    return await write_note(unit, case, note) if note else case


async def resume(unit: Unit, incident_id: UUID, reason: str = "") -> Incident:
    """It goes on now. `reason` is for the customer's eyes too. Raises `Conflict` when it is not paused."""
    check_writer(unit.actor)
    reason = check_characters("reason", reason, REASON_CHARACTERS, required=False)
    case = await load(unit, incident_id)
    if await store.pause_of(unit.connection, case.id) is None:
        raise Conflict(f"{case.reference} is not paused")
    await end_pause(unit, case, reason or None)
    return await load(unit, incident_id)


async def bound_pause(unit: Unit, incident_id: UUID, latest: datetime) -> None:
    """No open pause outlasts `latest`: it ends by itself then, or sooner if that was said."""
    found = await store.pause_of(unit.connection, incident_id)
    if found is None:
        return
    until = min(found.until or latest, latest)
    await store.bound(unit.connection, incident_id, until)
    await timers.plan(unit, _key(incident_id), PAUSE_TIMER, incident_id, until)


async def end_with(unit: Unit, case: Incident, actor: Actor | None = None) -> None:
    """A resolved, closed or merged incident waits for nothing."""
    await end_pause(unit, case, ENDED, actor=actor, facts={"ended": "1"})


async def end_pause(
    unit: Unit,
    case: Incident,
    reason: str | None,
    *,
    only: Awaited | None = None,
    actor: Actor | None = None,
    at: datetime | None = None,
    facts: dict[str, str] | None = None,
) -> bool:
    """Ends an open pause, if there is one; `only`: if it is a wait for that. Whether there was.

    Recorded before whatever follows in this unit: a resolution, or a duplicate's closing.
    """
    found = await store.pause_of(unit.connection, case.id)
    if found is None or only not in (None, found.awaited):
        return False
    await store.remove(unit.connection, case.id)
    await timers.cancel(unit, _key(case.id))
    await append(
        unit,
        case.id,
        EntryKind.RESUMED,
        actor=actor,
        at=at,
        reason=reason,
        facts={"awaited": found.awaited.value, "since": found.since.isoformat(), **(facts or {})},
        for_customer=True,
        auto=actor is not None,
    )
    return True


async def resume_when_due(unit: Unit, claim: timers.Claim) -> None:
    """The timer's handler: the longest wait is over. It is written with the instant at which it was, however
    late this controller wakes: the customer was told that instant."""
    case = await incidents.incident(unit.connection, claim.subject, lock=True)
    await timers.take(unit, claim)
    if case is None:
        return
    found = await store.pause_of(unit.connection, case.id)
    if found is None:
        return
    due = max(found.since, min(found.until or claim.due, unit.now))
    facts = {"due": due.isoformat(), "acted_at": unit.now.isoformat()}
    if unit.now - due > _LATE:
        facts["controller_late"] = "1"
    await end_pause(unit, case, OVER, actor=ENGINE, at=due, facts=facts)


def _key(incident_id: UUID) -> str:
    return f"{PAUSE_TIMER}:{incident_id}"
