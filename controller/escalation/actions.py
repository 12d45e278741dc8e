"""The durable engine's part for one incident: plan its timer. What happens at its due is in `acting.py`."""

import logging
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE
from controller.escalation import store
from controller.escalation.steps import look
from controller.incidents import store as incidents
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
    overdue, following = look(state, case.level, plan.warn_at, done)
    due = overdue[0].at if overdue else following
    if due is None:
        await timers.cancel(unit, timer_key(incident_id))
    else:
        await timers.plan(unit, timer_key(incident_id), TIMER, incident_id, due)


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
