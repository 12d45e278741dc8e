"""The lookout of one controller process: beats, flushes presence, keeps the run's book, judges silence."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.actor import SYSTEM
from controller.detection import actions, store
from controller.detection.eyes import Eyes
from controller.detection.loop_health import LoopHealth
from controller.fleet import actions as fleet
from controller.fleet.intake.blindness import DownPeriod
from controller.fleet.presence import Presence
from controller.fleet.series.store import prune_snapshots
from controller.fleet.store import forget_connections
from controller.storage import Storage

TURN = timedelta(seconds=5)
_FLUSH_S = 30.0
# So long without a turn that was written, through a stall or a database that was away, is an absence like
# any other: agents could not be taken in.
_ABSENT_S = 15.0
# Agents keep acknowledged faults for 7 days; older absences explain nothing that may still come.
_REMEMBERED = timedelta(days=30)


class Lookout:
    """`start` before the first agent may connect; then `turn` every 5 s (a hook of the ticker); `stop` last.

    `turn` and `prune` return when they want to be called next. Raises `Unavailable` when the database does.
    """

    def __init__(self, storage: Storage, snapshots_days: int = 30) -> None:
        self._storage = storage
        self._kept = timedelta(days=snapshots_days)
        self._run: UUID | None = None
        self._down: list[DownPeriod] = []
        self._alive_at, self._alive_s = storage.clock.now(), storage.clock.monotonic()
        self._flushed_s: float | None = None
        self._beat: asyncio.Task[None] | None = None
        self.presence = Presence(storage.clock)
        self.health = LoopHealth(storage.clock)
        self.eyes = Eyes(self.presence, self.health, storage.chance)

    def down(self) -> Sequence[DownPeriod]:
        """Our own absences of the last 30 days, in order (contract.md T2)."""
        return self._down

    async def start(self) -> None:
        async with self._storage.unit(SYSTEM) as unit:
            self._run = await actions.start_run(unit)
            await forget_connections(unit.connection)
            self._alive_at, self._alive_s = unit.now, self._storage.clock.monotonic()
        async with self._storage.reading() as connection:
            self._down = list(await store.down_periods(connection, self._alive_at - _REMEMBERED))
        self.health.begin_anew()
        self._beat = asyncio.create_task(self.health.run(), name="loop health")

    async def turn(self) -> datetime:
        if self._run is None:
            raise RuntimeError("the lookout was not started")
        clock = self._storage.clock
        due = self._flushed_s is None or clock.monotonic() - self._flushed_s >= _FLUSH_S
        flush = self.presence.unflushed() if due else None
        async with self._storage.unit(SYSTEM) as unit:
            run = self._run
            # By the steady clock: one that was set is no absence, and hides none.
            absent_s = clock.monotonic() - self._alive_s
            absent = absent_s >= _ABSENT_S
            if absent:
                # Nobody could be taken in meanwhile, so nobody's silence in it means anything.
                run = await actions.start_run(unit)
                self.health.begin_anew()
            else:
                await store.alive(unit.connection, run, unit.now)
            if flush:
                await fleet.note_presence(unit, flush)
                await self.eyes.diary.note(unit, (one for one, _ in flush.heard))
                self.eyes.sightings.wrote(flush.heard)
            await actions.judge(unit, self.eyes)
        if absent:
            survivors = frozenset(self.presence.connected())
            began_at = unit.now - timedelta(seconds=absent_s)
            self._down.append(DownPeriod(began_at, unit.now, survivors))
        if flush:
            self.presence.flushed(flush)
            self._flushed_s = clock.monotonic()
        self._run, self._alive_at, self._alive_s = run, unit.now, clock.monotonic()
        return unit.now + TURN

    async def prune(self) -> datetime:
        """Drop snapshots that are too old, a piece at a time."""
        async with self._storage.unit(SYSTEM) as unit:
            dropped = await prune_snapshots(unit.connection, unit.now - self._kept)
        return unit.now + (timedelta(seconds=1) if dropped else timedelta(hours=1))

    async def stop(self) -> None:
        """The last words of this run: who was heard, and that we stopped on purpose."""
        if self._beat is not None:
            self._beat.cancel()
        if self._run is None:
            return
        flush = self.presence.unflushed()
        async with self._storage.unit(SYSTEM) as unit:
            await fleet.note_presence(unit, flush)
            await store.stopped(unit.connection, self._run, unit.now)
        self.presence.flushed(flush)
        self._run = None
