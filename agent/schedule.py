"""Who looks when: every collector at its own pace, none able to delay another or to stop the agent.

Looks block, so they run in threads of our own: daemons, because a look that hangs in the kernel cannot be
ended and must not keep the agent from leaving. A collector has at most one look under way, so there are never
more threads than collectors; idle ones are used again.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol, runtime_checkable

from agent.chance import Chance, SystemChance
from agent.clock import Clock
from agent.collectors import Collector, look
from agent.signals import Gap, Metric, Reading

LIMIT_MIN_S = 5.0
# How long a look may wait for a thread before another one is made.
RELIEF_S = 0.05
COLLECTOR = "vigia.collector.name"


@runtime_checkable
class Patient(Protocol):
    """A collector that knows how long it may take, and what it means when it takes longer."""

    limit_s: float

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:
        """The reading that a hanging look amounts to; None: a gap."""


@runtime_checkable
class Unhurried(Protocol):
    """A collector whose look is dear: the first one waits this long, until the machine has started."""

    first_s: float


class Schedule:
    """Reads every collector for ever and hands each reading to `on_reading`, on the event loop.

    Each reading carries `vigia.collector.ok` (0 or 1) and `vigia.collector.duration` (seconds). A look longer
    than its limit is a gap, again at each interval while it hangs, and no second look is begun meanwhile.
    All begin at one instant within the first 2 s and keep step, so that a machine is woken once for many
    looks; an `Unhurried` collector begins later.
    """

    def __init__(
        self,
        collectors: Sequence[Collector],
        clock: Clock,
        on_reading: Callable[[Reading], None],
        chance: Chance | None = None,
    ) -> None:
        names = [collector.name for collector in collectors]
        if len(set(names)) != len(names):
            raise ValueError("two collectors have the same name")
        self._collectors, self._clock, self._on_reading = collectors, clock, on_reading
        self._chance = chance or SystemChance()
        self._threads = Threads(len(collectors))

    @property
    def threads_count(self) -> int:
        """How many threads were ever needed at once; never more than there are collectors."""
        return self._threads.count

    async def run(self) -> None:
        """Until cancelled."""
        quickest_s = min((collector.every_s for collector in self._collectors), default=0.0)
        began = self._clock.monotonic() + self._chance.uniform(0.0, min(2.0, quickest_s))
        try:
            async with asyncio.TaskGroup() as group:
                for collector in self._collectors:
                    group.create_task(self._keep(collector, began), name=f"collector {collector.name}")
        finally:
            self._threads.close()

    async def _keep(self, collector: Collector, began: float) -> None:
        limit_s = collector.limit_s if isinstance(collector, Patient) else max(LIMIT_MIN_S, collector.every_s)
        due = began + (collector.first_s if isinstance(collector, Unhurried) else 0.0)
        await self._clock.sleep(due - self._clock.monotonic())
        while True:
            await self._once(collector, limit_s)
            due += collector.every_s
            behind_s = self._clock.monotonic() - due
            if behind_s > 0:  # missed turns are not made up for
                due += (behind_s // collector.every_s + 1) * collector.every_s
            await self._clock.sleep(due - self._clock.monotonic())

    async def _once(self, collector: Collector, limit_s: float) -> None:
        began = self._clock.monotonic()
        errand = self._threads.send(collector, self._clock)
        wait_s = limit_s
        while not await self._clock.wait(errand.done, wait_s):
            # It cannot be ended, only waited for: what it means is said again at every interval.
            self._tell(self._hung(collector, self._clock.monotonic() - began))
            wait_s = collector.every_s
        assert errand.reading is not None
        if self._clock.monotonic() - began <= limit_s:
            self._tell(errand.reading)  # what comes later than that is old news

    def _hung(self, collector: Collector, waited_s: float) -> Reading:
        now = self._clock.now()
        if isinstance(collector, Patient):
            amounts_to = collector.overdue(now, waited_s)
            if amounts_to is not None:
                return amounts_to
        gap = Gap(collector.name, f"hangs since {waited_s:.0f} s")
        return Reading(collector.name, now, waited_s, gaps=(gap,))

    def _tell(self, reading: Reading) -> None:
        of = {COLLECTOR: reading.collector}
        ok = Metric("vigia.collector.ok", float(not reading.gaps), "1", of)
        took = Metric("vigia.collector.duration", reading.took_s, "s", of)
        self._on_reading(replace(reading, metrics=(*reading.metrics, ok, took)))


class Errand:
    """One look under way. `done` is set on the loop once `reading` is there."""

    def __init__(self, collector: Collector, clock: Clock) -> None:
        self.done = asyncio.Event()
        self.reading: Reading | None = None
        self._collector, self._clock = collector, clock
        self._loop = asyncio.get_running_loop()

    def do(self) -> None:
        """In a thread. Never raises."""
        self.reading = look(self._collector, self._clock)
        try:
            self._loop.call_soon_threadsafe(self.done.set)
        except RuntimeError:  # the loop was closed while this look hung: nobody waits any more
            return


class Threads:
    """Daemon threads, never more than `most`. One does what comes; another is made only when errands wait
    for longer than `RELIEF_S`, because what it does hangs: quick looks at one instant wake one thread once.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._errands: queue.SimpleQueue[Errand | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._busy = 0
        self._relief: asyncio.TimerHandle | None = None
        self.count = 0

    def send(self, collector: Collector, clock: Clock) -> Errand:
        """Has the collector read; returns at once. On the event loop."""
        errand = Errand(collector, clock)
        waits = self._busy >= self.count or not self._errands.empty()
        self._errands.put(errand)
        if not self.count:
            self._add()
        elif waits and self._relief is None:
            self._relief = asyncio.get_running_loop().call_later(RELIEF_S, self._relieve)
        return errand

    def close(self) -> None:
        """Lets idle threads end; those that hang end when they wake."""
        if self._relief is not None:
            self._relief.cancel()
        for _ in range(self.count):
            self._errands.put(None)

    def _relieve(self) -> None:
        self._relief = None
        if self._errands.empty() or self.count >= self._most:
            return
        self._add()
        self._relief = asyncio.get_running_loop().call_later(RELIEF_S, self._relieve)

    def _add(self) -> None:
        self.count += 1
        threading.Thread(target=self._work, name=f"look {self.count}", daemon=True).start()

    def _work(self) -> None:
        while (errand := self._errands.get()) is not None:
            with self._lock:
                self._busy += 1
            errand.do()
            with self._lock:
                self._busy -= 1
