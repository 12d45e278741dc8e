"""Clocks on a shelf: one that jumps where the test says, and stands still otherwise."""

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from typing import Any

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class JumpingClock:
    """Time passes only in `jump` and `jump_to`; whoever sleeps is woken when its instant is reached.

    `jump` gives woken tasks a turn of the loop but does not wait for their input and output: a test that
    needs that calls what it tests directly (`ticker.turn()`), or uses `patiently`.
    """

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self._now = start
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        await self._sleeper(seconds)

    async def wait(self, event: asyncio.Event, timeout_s: float | None) -> bool:
        if event.is_set():
            return True
        waiting: asyncio.Future[bool] = asyncio.ensure_future(event.wait())
        if timeout_s is None:
            await waiting
            return True
        sleeping = self._sleeper(max(timeout_s, 0.0))
        try:
            both: set[asyncio.Future[Any]] = {waiting, sleeping}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            sleeping.cancel()
        return event.is_set()

    def asleep(self) -> int:
        """How many sleep right now."""
        return sum(not future.done() for _, _, future in self._sleepers)

    def _sleeper(self, seconds: float) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._now + timedelta(seconds=seconds), self._count, future))
        return future

    def set(self, instant: datetime) -> None:
        """Move the hands without waking anybody."""
        self._now = instant

    async def jump(self, step: timedelta) -> None:
        await self.jump_to(self._now + step)

    async def jump_to(self, instant: datetime) -> None:
        """Through every sleeper's instant on the way, in order."""
        while self._sleepers and self._sleepers[0][0] <= instant:
            due, _, future = heapq.heappop(self._sleepers)
            self._now = max(self._now, due)
            if not future.done():
                future.set_result(None)
            for _ in range(5):
                await asyncio.sleep(0)
        self._now = instant
        for _ in range(5):
            await asyncio.sleep(0)
