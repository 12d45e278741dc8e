"""The agent's only window on time: reading it and waiting for it.

Everything else is given a `Clock`, so that a test can jump to the next deadline (house.md "Time").
"""

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # the short children wait for nothing, and it is a sixth of what they load
    import asyncio


class Clock(Protocol):
    """Instants are aware UTC and may jump; durations come from `monotonic`, which never does."""

    def now(self) -> datetime:
        """The wall clock, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment in the past; only differences mean anything."""

    async def sleep(self, seconds: float) -> None:
        """Waits that long; zero or less yields once."""

    async def wait(self, event: "asyncio.Event", timeout_s: float) -> bool:
        """True as soon as the event is set, False when `timeout_s` passed first."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        import asyncio

        await asyncio.sleep(max(0.0, seconds))

    async def wait(self, event: "asyncio.Event", timeout_s: float) -> bool:
        import asyncio

        if event.is_set():
            return True
        try:
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes with the event.
            async with asyncio.timeout(max(0.0, timeout_s)):
                await event.wait()
        except TimeoutError:
            return False
        return True
