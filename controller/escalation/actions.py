"""The durable engine's part for one incident: plan its timer. What happens at its due is in `acting.py`."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE
from controller.escalation import agenda, store
from controller.escalation.steps import look
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.locked.store import lock_all
from controller.incidents.own import open_own
from controller.incidents.pressing.store import save_clocks
from controller.sla import ledger
from controller.sla.promises import due_of_pressing
from controller.storage import Storage, Unit

log = logging.getLogger(__name__)

TIMER = "escalation"
MISSING = "vigia.timers_missing"
_AT_ONCE = 500


def timer_key(incident_id: UUID) -> str:
    return f"{TIMER}:{incident_id}"


async def plan_timer(unit: Unit, incident_id: UUID) -> None:
    """One timer for each incident: its next moment. None when nothing is to come."""
    case = await incidents.incident(unit.connection, incident_id)
    if case is None:
        return
    running = (await ledger.running(unit.connection, (case,)))[incident_id]
    state = running.state(unit.now)
    done = await store.done(unit.connection, incident_id)
    overdue, following = look(state, case.level, running.governing.plan.warn_at, done)
    due = overdue[0].at if overdue else following
    pressing = due_of_pressing(state)
    if pressing != case.pressing_at:
        await save_clocks(unit.connection, (replace(case, pressing_at=pressing),))
    if due is None:
        await timers.cancel(unit, timer_key(incident_id))
    else:
        # What is overdue is looked at as it stands when it is done.
        items = () if overdue else agenda.ahead(running, case.level, done, due)
        key = timer_key(incident_id)
        await timers.plan(unit, key, TIMER, incident_id, due, agenda.written(items))


async def audit(storage: Storage) -> int:
    """Derives from the open incidents alone which timers must exist, and rebuilds missing ones, saying so."""
    after, rebuilt = 0, 0
    while True:
        async with storage.reading() as connection:
            missing = await store.without_timer(connection, TIMER, after, _AT_ONCE)
        if missing:
            async with storage.unit(ENGINE) as unit:
                rebuilt += await _rebuild(unit, [incident_id for _, incident_id in missing])
            after = missing[-1][0]
        if len(missing) < _AT_ONCE:
            return rebuilt


async def _rebuild(unit: Unit, ids: Sequence[UUID]) -> int:
    """Those that somebody is writing into get their timer from him, or at the next audit."""
    cases = await lock_all(unit.connection, ids, wait=False)
    rebuilt = await plan_timers(unit, cases)
    if rebuilt:
        await open_own(unit, MISSING, "", {"count": str(len(rebuilt))})
        references = ", ".join(cases[one].reference for one in rebuilt[:10])
        log.warning("auditor rebuilt missing timers count=%d first=%s", len(rebuilt), references)
    return len(rebuilt)


async def plan_timers(unit: Unit, cases: Mapping[UUID, Incident]) -> tuple[UUID, ...]:
    """`plan_timer` for many that are locked; those that have something to come."""
    running = await ledger.running(unit.connection, cases.values())
    done = await store.done_for(unit.connection, cases)
    planned: list[tuple[str, UUID, datetime]] = []
    agendas: dict[str, str | None] = {}
    pressing: dict[UUID, datetime | None] = {}
    for one, case in cases.items():
        known, key = running[one], timer_key(one)
        state = known.state(unit.now)
        steps, following = look(state, case.level, known.governing.plan.warn_at, done[one])
        due = steps[0].at if steps else following
        pressing[one] = due_of_pressing(state)
        # Nothing may be left to come: every clock of it is decided.
        if due is not None:
            planned.append((key, one, due))
            if not steps:
                agendas[key] = agenda.written(agenda.ahead(known, case.level, done[one], due))
    moved = [
        replace(cases[one], pressing_at=at) for one, at in pressing.items() if at != cases[one].pressing_at
    ]
    await save_clocks(unit.connection, moved)
    await timers.plan_all(unit, TIMER, planned, agendas)
    return tuple(one for _, one, _ in planned)
