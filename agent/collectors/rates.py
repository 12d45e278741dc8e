"""Growth per second of counters between two looks."""

from datetime import datetime

# Beyond this the machine slept or the clock was set: an average over it would mislead.
ELAPSED_MAX_S = 300.0


class Rates:
    """Remembers counters by key. One instance per collector; keys not seen in a look are forgotten."""

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._before: dict[str, float] = {}
        self._now: dict[str, float] = {}
        self.elapsed_s: float | None = None

    def begin(self, now: datetime) -> None:
        """Starts a look. `elapsed_s` is None on the first one and when the clock went back or jumped."""
        elapsed_s = (now - self._at).total_seconds() if self._at else 0.0
        self.elapsed_s = elapsed_s if 0 < elapsed_s <= ELAPSED_MAX_S else None
        self._before, self._now, self._at = self._now, {}, now

    def growth(self, key: str, counter: float) -> float | None:
        """How much the counter grew since the last look; None when unknown or when it was reset."""
        self._now[key] = counter
        before = self._before.get(key)
        return counter - before if before is not None and counter >= before else None

    def per_s(self, key: str, counter: float) -> float | None:
        """Growth per second, likewise."""
        grown = self.growth(key, counter)
        return grown / self.elapsed_s if grown is not None and self.elapsed_s else None
