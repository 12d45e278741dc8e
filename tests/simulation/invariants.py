"""What must hold after each day of the year, whatever happened in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from controller.escalation import store as steps
from controller.escalation.actions import TIMER
from controller.escalation.steps import look
from controller.incidents import store as incidents
from controller.incidents.case import CaseState
from controller.incidents.correspondence import CLOSE_TIMER
from controller.incidents.timeline import EntryKind
from controller.sla import ledger
from controller.sla import store as plans
from controller.sla.clock import evaluate
from controller.storage import Connection, Storage
from controller.timers import store as timers

_ENGINE = (EntryKind.WARNED, EntryKind.BREACHED, EntryKind.ESCALATED)
DAY = timedelta(days=1)


@dataclass
class Invariants:
    """`look` fails with what does not hold. `steps`: deadlines the engine acted on, `late`: of them late."""

    storage: Storage
    looks: int = 0
    steps: int = 0
    late: int = 0
    _open_yesterday: set[UUID] = field(default_factory=set)
    _yesterday: datetime | None = None

    async def look(self, now: datetime) -> None:
        async with self.storage.reading() as connection:
            open_now = set(await incidents.open_ids(connection))
            await self._every_open_incident_has_its_next_moment(connection, sorted(open_now), now)
            await self._every_resolved_incident_will_be_closed(connection)
            ended = sorted(self._open_yesterday - open_now)
            await self._nothing_was_done_early_or_twice(connection, ended)
            await self._breaches_only_grow(connection, sorted(open_now | self._open_yesterday)[:60], now)
            await self._nothing_was_said_twice(connection)
        self.looks += 1
        self._open_yesterday, self._yesterday = open_now, now

    async def finish(self) -> None:
        """What is still open was not looked at yet."""
        async with self.storage.reading() as connection:
            await self._nothing_was_done_early_or_twice(connection, sorted(self._open_yesterday))

    async def _every_open_incident_has_its_next_moment(
        self, connection: Connection, ids: list[UUID], now: datetime
    ) -> None:
        cases = await incidents.several(connection, ids)
        states = await ledger.states_of(connection, cases, now)
        done = await steps.done_for(connection, ids)
        planned = await timers.planned(connection, TIMER)
        for case in cases:
            plan, state = states[case.id]
            overdue, following = look(state, case.level, plan.warn_at, done[case.id])
            assert not overdue, f"{case.reference}: {overdue} was due and not done at {now}"
            timer = planned.get(case.id)
            assert following is None or timer is not None, f"{case.reference} has no timer at {now}"
            assert timer is None or following is None or timer <= following, (
                f"{case.reference} wakes too late"
            )
        assert not await timers.set_aside(connection)

    async def _every_resolved_incident_will_be_closed(self, connection: Connection) -> None:
        planned = await timers.planned(connection, CLOSE_TIMER)
        waiting = await incidents.ids_in(connection, CaseState.RESOLVED)
        assert set(waiting) <= set(planned), "a resolved incident waits for ever"

    async def _nothing_was_done_early_or_twice(self, connection: Connection, ids: list[UUID]) -> None:
        found = await incidents.entries_of_kinds(connection, ids, _ENGINE)
        for entries in found.values():
            acted = [entry for entry in entries if "key" in entry.facts]
            keys = [entry.facts["key"] for entry in acted]
            assert len(keys) == len(set(keys)), f"twice: {sorted(keys)}"
            for entry in acted:
                due = datetime.fromisoformat(entry.facts["due"])
                if entry.kind is EntryKind.WARNED:
                    assert entry.recorded_at < due, "a warning that can save nothing"
                else:
                    early = entry.recorded_at < due and "clock" in entry.facts
                    assert not early, f"early: {entry.kind} due {due} at {entry.recorded_at}"
                self.steps += 1
                self.late += "controller_late" in entry.facts

    async def _breaches_only_grow(self, connection: Connection, ids: list[UUID], now: datetime) -> None:
        """At what was known yesterday: those of yesterday are among those of today (T7)."""
        before = self._yesterday
        if before is None:
            return
        book = await plans.versions(connection)
        entries = await incidents.entries_of_kinds(connection, ids, ledger.CLOCK_KINDS)
        for case in await incidents.several(connection, ids):
            known = book.governing(case.customer_id, case.opened_at)
            events = ledger.events_of(entries[case.id])
            first, second = (
                set(evaluate(known.plan, known.calendars, events, at, before).breaches)
                for at in (before, now)
            )
            assert first <= second, f"{case.reference}: {first - second} vanished"

    async def _nothing_was_said_twice(self, connection: Connection) -> None:
        row = (await connection.execute(text("SELECT count(*), count(DISTINCT key) FROM outbox"))).one()
        assert row[0] == row[1]
