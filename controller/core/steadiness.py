"""Whether the wall clock goes on as time does: one that somebody sets must make no deadline come early.

It is held against a clock that nobody sets and that goes on while the machine sleeps: waking up is no jump,
and what fell due in the meantime is late at once. After a jump forward nothing new is believed for a while,
in which a time server, or whoever erred, may set it back; then the new time is as good as any.
"""

from datetime import datetime, timedelta

from controller.core.clock import Clock

JUMP = timedelta(minutes=1)
"""Less is a time server's everyday work."""
GRACE_S = 120.0


class Steadiness:
    """`look` now and then: what moved between two looks counts as one jump."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._zero = self._now_zero()
        self._ahead = timedelta(0)
        self._until_s: float | None = None

    def look(self) -> timedelta | None:
        """How far the clock was set since the last look, forward or back; None when it went on as ever."""
        zero = self._now_zero()
        moved, self._zero = zero - self._zero, zero
        if self.held_s() == 0:
            self._ahead, self._until_s = timedelta(0), None
        if abs(moved) <= JUMP:
            return None
        self._ahead += moved
        self._until_s = self._clock.monotonic() + GRACE_S if self._ahead > JUMP else None
        return moved

    def held_s(self) -> float:
        """For how long what the clock says is not acted on; 0 when it is believed."""
        if self._until_s is None:
            return 0.0
        return max(0.0, self._until_s - self._clock.monotonic())

    def _now_zero(self) -> datetime:
        """When the steady clock was at 0, by the wall clock: the same at every look while nobody sets it."""
        return self._clock.now() - timedelta(seconds=self._clock.monotonic())
