"""The lab's only window on time: reading it and waiting for it."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Instants are aware UTC and may jump; durations come from `monotonic`, which never does."""

    def now(self) -> datetime:
        """The wall clock, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds since some moment in the past; only differences mean anything."""

    def sleep(self, seconds: float) -> None:
        """Blocks that long; zero or less returns at once."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(0.0, seconds))
