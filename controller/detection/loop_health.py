"""Whether our own event loop was healthy: a beat that measures its own lateness (trust.md R10)."""

from datetime import datetime

from controller.core.clock import Clock

BEAT_S = 1.0
# Later than this the loop was not there: what agents sent meanwhile may still wait unread.
STALL_S = 5.0


class LoopHealth:
    """`well_since_s`: on the monotonic clock, since when the loop has kept its beat."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.well_since_s = clock.monotonic()
        self.worst_lag_s = 0.0

    async def run(self) -> None:
        """Beats until cancelled."""
        while True:
            before, before_s = self.clock.now(), self.clock.monotonic()
            await self.clock.sleep(BEAT_S)
            self.note(before, self.clock.now(), self.clock.monotonic() - before_s)

    def note(self, before: datetime, after: datetime, took_s: float) -> None:
        """A beat from `before` to `after`. The wall clock counts too: a machine that was suspended has a
        monotonic clock that knows nothing of it."""
        lag_s = max(took_s, (after - before).total_seconds()) - BEAT_S
        self.worst_lag_s = max(self.worst_lag_s, lag_s)
        if lag_s > STALL_S:
            self.begin_anew()

    def begin_anew(self) -> None:
        """We were not well until now: nothing before counts."""
        self.well_since_s = self.clock.monotonic()

    def well_for_s(self) -> float:
        return self.clock.monotonic() - self.well_since_s
