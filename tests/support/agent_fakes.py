"""Named fakes of the agent's seams: a clock that is moved by hand, a chance that repeats itself."""

import asyncio
import random
import uuid
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class HandClock:
    """Implements agent.clock.Clock; time passes only by `advance`, and sleepers wake in their order."""

    def __init__(self, now: datetime = EPOCH) -> None:
        self._now = now
        self._monotonic = 1_000.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    @property
    def sleepers_count(self) -> int:
        """How many wait for a moment to come."""
        return len(self._sleepers)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._alarm(seconds).wait()

    async def wait(self, event: asyncio.Event, timeout_s: float) -> bool:
        if event.is_set():
            return True
        alarm = self._alarm(timeout_s)
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(alarm.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        return event.is_set()

    def _alarm(self, seconds: float) -> asyncio.Event:
        alarm = asyncio.Event()
        self._sleepers.append((self._monotonic + seconds, alarm))
        return alarm

    def pass_time(self, seconds: float) -> None:
        """Moves both clocks without waking anybody: for code that does not wait."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_by(self, seconds: float) -> None:
        """Somebody sets the machine's clock; no time passes."""
        self._now += timedelta(seconds=seconds)

    async def advance(self, seconds: float) -> None:
        """Moves time on, stopping at every alarm on the way so that what wakes can run and sleep again."""
        target = self._monotonic + seconds
        await _settle()
        while True:
            due = [when for when, _ in self._sleepers if when <= target]
            step = min(due, default=target)
            self.pass_time(max(0.0, step - self._monotonic))
            for when, alarm in list(self._sleepers):
                if when <= self._monotonic:
                    alarm.set()
                    self._sleepers.remove((when, alarm))
            await _settle()
            if not due:
                return


async def _settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


class SeededChance:
    """Implements agent.chance.Chance; the same seed gives the same life."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)

    def uuid4(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def uniform(self, low: float, high: float) -> float:
        return self._random.uniform(low, high)

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)
