"""The durable engine's part for one incident: plan its timer, act at its due."""

import logging
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE
from controller.escalation import store
from controller.escalation.steps import IN_TIME, JUST_AFTER, Step, StepKind, next_look, steps_due
from controller.incidents import store as incidents
from controller.incidents.actions import climb
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import append
from controller.sla import ledger
from controller.storage import Storage, Unit

log = logging.getLogger(__name__)

TIMER = "escalation"


def timer_key(incident_id: UUID) -> str:
    return f"{TIMER}:{incident_id}"


async def plan_timer(unit: Unit, incident_id: UUID) -> None:
    """One timer for each incident: its next moment. None when nothing is to come."""
    case = await incidents.incident(unit.connection, incident_id)
    if case is None:
        return
    plan, state = await ledger.state_of(unit.connection, incident_id, unit.now)
    done = await store.done(unit.connection, incident_id)
    overdue = steps_due(state, case.level, plan.warn_at, done)
    due = min(step.at for step in overdue) if overdue else next_look(state, plan.warn_at)
    if due is None:
        await timers.cancel(unit, timer_key(incident_id))
    else:
        await timers.plan(unit, timer_key(incident_id), TIMER, incident_id, due)


async def act_on_timer(unit: Unit, claim: timers.Claim) -> None:
    """The timer's handler. The incident is locked before the claim is used up, as everybody locks."""
    case = await incidents.incident(unit.connection, claim.subject, lock=True)
    await timers.take(unit, claim)
    if case is not None:
        await act(unit, case.id)


async def act(unit: Unit, incident_id: UUID) -> None:
    """Warns, climbs and records breaches: all that is due by now, once each, in order of time.

    After each step the clocks are read again, since a climb decides one of them. Then the next timer.
    """
    done = await store.done(unit.connection, incident_id)
    while True:
        case = await incidents.incident(unit.connection, incident_id)
        if case is None:
            return
        plan, state = await ledger.state_of(unit.connection, incident_id, unit.now)
        steps = steps_due(state, case.level, plan.warn_at, done)
        if not steps:
            break
        step = steps[0]
        await store.mark_done(unit.connection, incident_id, step.key, unit.now)
        done.add(step.key)
        await _do(unit, incident_id, step)
    due = next_look(state, plan.warn_at)
    if due is not None:
        # Never again at this instant, whatever it says: what could be done now has been done.
        due = max(due, unit.now + JUST_AFTER)
        await timers.plan(unit, timer_key(incident_id), TIMER, incident_id, due)


async def _do(unit: Unit, incident_id: UUID, step: Step) -> None:
    late = unit.now - step.at > IN_TIME
    facts = {
        "clock": step.clock,
        "window": str(step.window),
        "restart": str(step.restart),
        "key": step.key,
        "due": step.due.isoformat(),
        "acted_at": unit.now.isoformat(),
    }
    if late:
        facts["controller_late"] = "1"
    if step.kind is StepKind.WARN:
        facts["fraction"] = f"{step.fraction:g}"
        await append(unit, incident_id, EntryKind.WARNED, actor=ENGINE, facts=facts, auto=True)
    elif step.kind is StepKind.BREACH:
        await append(unit, incident_id, EntryKind.BREACHED, actor=ENGINE, at=step.at, facts=facts, auto=True)
    else:
        assert step.level is not None
        at = unit.now if late else step.due
        await climb(unit, incident_id, step.level, at=at, facts=facts, actor=ENGINE, auto=True)


async def audit(storage: Storage) -> int:
    """Derives from the open incidents alone which timers must exist, and rebuilds missing ones, saying so."""
    async with storage.reading() as connection:
        planned = await timers.store.planned(connection, TIMER)
        missing = [found for found in await incidents.open_ids(connection) if found not in planned]
    rebuilt = 0
    for incident_id in missing:
        async with storage.unit(ENGINE) as unit:
            await plan_timer(unit, incident_id)
            due = await timers.store.due_of(unit.connection, timer_key(incident_id))
        # Nothing may be left to come: every clock of it is decided.
        if due is not None:
            rebuilt += 1
            log.warning("auditor rebuilt a missing timer incident=%s due=%s", incident_id, due.isoformat())
    return rebuilt
