"""Nobody said that they have it: who is told next."""

from datetime import datetime

from controller import timers
from controller.core.actor import ENGINE
from controller.escalation.acknowledgement import store
from controller.escalation.acknowledgement.actions import TIMER, timer_key
from controller.escalation.acknowledgement.round import Round, Step, Told
from controller.escalation.steps import IN_TIME
from controller.escalation.told import duty, telling
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import append
from controller.notify.notice import Recipient
from controller.storage import Connection, Unit


async def act_on_timer(unit: Unit, claim: timers.Claim) -> None:
    """The timer's handler. The incident is locked before the claim is used up, as everybody locks."""
    case = await incidents.incident(unit.connection, claim.subject, lock=True)
    await timers.take(unit, claim)
    waiting = await store.waiting(unit.connection, claim.subject) if case is not None else None
    if case is not None and waiting is not None and waiting.due is not None and case.state is CaseState.OPEN:
        await _go_on(unit, case, waiting)


async def _go_on(unit: Unit, case: Incident, waiting: Round) -> None:
    """The next step that reaches anybody new; after a time away one step, and not all at once."""
    assert waiting.due is not None
    step, fresh = await _next(unit.connection, waiting, unit.now)
    told = await telling.tell_unacknowledged(unit, case, waiting, fresh)
    facts = {
        "step": step.name.lower(),
        "asked": waiting.names,
        "since": waiting.asked_at.isoformat(),
        "told": ", ".join(one.name for one in told),
        "due": waiting.due.isoformat(),
        "acted_at": unit.now.isoformat(),
    }
    if unit.now - waiting.due > IN_TIME:
        facts["controller_late"] = "1"
    due = unit.now + waiting.wait if step is not Step.HIGHER else None
    reached = (*waiting.told, *(Told(one.id, one.name) for one in told))
    await store.save(unit.connection, waiting.at_step(step, reached, due))
    await append(unit, case.id, EntryKind.UNACKNOWLEDGED, actor=ENGINE, facts=facts, auto=True)
    if due is not None:
        await timers.plan(unit, timer_key(case.id), TIMER, case.id, due)


async def _next(connection: Connection, waiting: Round, now: datetime) -> tuple[Step, tuple[Recipient, ...]]:
    known = {one.id for one in waiting.told}
    step = waiting.step
    while step is not Step.HIGHER:
        step = Step(step.value + 1)
        fresh = await _reached(connection, waiting, step, now)
        fresh = tuple(one for one in fresh if one.id not in known)
        if step is Step.NEXT:
            fresh = fresh[:1]
        if fresh:
            return step, fresh
    return step, ()


async def _reached(
    connection: Connection, waiting: Round, step: Step, now: datetime
) -> tuple[Recipient, ...]:
    """The people on duty are those on duty now; the order of levels is the incident's own."""
    if step is Step.HIGHER:
        return await duty.higher_up(connection, waiting.level, now)
    return await duty.next_in_order(connection, waiting.level, now)
