"""The controller's process as it is in the simulation: it can die in the middle of a unit, and comes back."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from enum import Enum
from random import Random
from uuid import UUID

from controller.core.actor import SYSTEM, Actor
from controller.core.chance import SeededChance
from controller.core.clock import Clock
from controller.detection import store as runs
from controller.escalation import actions as escalation
from controller.escalation.waiting import closing, pausing
from controller.storage import Storage, Unit
from controller.ticker import BATCHES, HANDLERS
from controller.timers import Engine
from controller.timers import store as timers
from tests.support.clocks import JumpingClock

BACK_AFTER = timedelta(seconds=20)
"""So long a process that died is away; what it had claimed is free again by then."""


class Killed(BaseException):
    """As `kill -9` in the middle of a unit. No handler of ours may catch it."""


class Strike(Enum):
    BEFORE = "just before its commit"
    AFTER = "just after its commit"


class MortalStorage(Storage):
    """Once in `one_in` units the process dies, all of it done and nothing committed, or right after."""

    def __init__(self, url: str, clock: Clock, seed: int, one_in: int) -> None:
        super().__init__(url, clock, SeededChance(seed))
        self._fate = Random(seed + 1)
        self._one_in = one_in
        self.is_mortal = True
        self.strikes = {Strike.BEFORE: 0, Strike.AFTER: 0}

    @asynccontextmanager
    async def unit(self, actor: Actor = SYSTEM) -> AsyncIterator[Unit]:
        doomed = self.is_mortal and self._one_in and self._fate.randrange(self._one_in) == 0
        strike = self._fate.choice(tuple(Strike)) if doomed else None
        async with super().unit(actor) as unit:
            if strike is Strike.AFTER:
                unit.after_commit(self._die_after)
            yield unit
            if strike is Strike.BEFORE:
                while unit.announced:
                    await self.dispatcher(unit, unit.announced.popleft())
                self.strikes[Strike.BEFORE] += 1
                raise Killed(Strike.BEFORE)

    def _die_after(self) -> None:
        self.strikes[Strike.AFTER] += 1
        raise Killed(Strike.AFTER)


class Process:
    """The engine and the auditors of one controller, with its book of runs. Notices are written, and their
    post is not simulated."""

    def __init__(self, storage: MortalStorage, clock: JumpingClock) -> None:
        self.storage = storage
        self.clock = clock
        self._engine = Engine(storage, HANDLERS, batches=BATCHES)
        self._run: UUID | None = None
        self.deaths = 0

    async def start(self) -> None:
        """A fresh process: it remembers nothing but what the database holds."""
        self._engine = Engine(self.storage, HANDLERS, batches=BATCHES)
        self.storage.is_mortal = False
        async with self.storage.unit() as unit:
            self._run = unit.chance.uuid()
            await runs.add_run(unit.connection, self._run, unit.now)
        self.storage.is_mortal = True

    async def beat(self) -> None:
        """Its book says until when it was there; the real one writes that every five seconds."""
        self.storage.is_mortal = False
        async with self.storage.unit() as unit:
            assert self._run is not None
            await runs.alive(unit.connection, self._run, unit.now)
        self.storage.is_mortal = True

    async def until(self, instant: datetime) -> None:
        """Awake through every due instant on the way, and the last one."""
        while True:
            await self.survive(self._turn)
            due = await self._next_due()
            if due is None or due > instant:
                break
            self.clock.set(max(due, self.clock.now()))
        self.clock.set(max(instant, self.clock.now()))

    async def look_after(self) -> int:
        """The auditors; how many timers had to be rebuilt."""
        rebuilt = 0
        self.storage.is_mortal = False
        for audit in (escalation.audit, closing.audit, pausing.audit):
            rebuilt += await audit(self.storage)
        self._engine.look_everywhere()
        self.storage.is_mortal = True
        return rebuilt

    async def survive(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does it, dying and coming back as often as it must. Work that was committed is not done again."""
        while True:
            try:
                await work()
                return
            except Killed as death:
                self.deaths += 1
                await self.beat()
                self.clock.set(self.clock.now() + BACK_AFTER)
                await self.start()
                if death.args[0] is Strike.AFTER:
                    return

    async def _turn(self) -> None:
        await self._engine.turn()

    async def _next_due(self) -> datetime | None:
        async with self.storage.reading() as connection:
            return await timers.next_wake(connection)
