"""Whether the machine's clock goes with the time that passes, and what is said when it does not.

How far it is off only somebody else can tell: the rule `time.sync` asks the controller and chrony. This is
the line for whoever reads the log of the machine.
"""

import logging

from agent.clock import Clock

WORTH_SAYING_S = 60.0
log = logging.getLogger(__name__)


class Jumps:
    """`look` now and then; the clock may be set by any amount between two looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ahead_s = self._difference_s()

    def look(self) -> float:
        """By how many seconds the clock went forward (back: negative) beside the time that passed since the
        last look; 0 below a minute, which is kept in mind until it is one. A minute and more is logged."""
        ahead_s = self._difference_s()
        jumped_s = ahead_s - self._ahead_s
        if abs(jumped_s) < WORTH_SAYING_S:
            return 0.0
        self._ahead_s = ahead_s
        if jumped_s > 0:
            log.warning("the clock went forward by %.0f s: it was set, or the machine slept", jumped_s)
        else:
            log.warning("the clock was set back by %.0f s", -jumped_s)
        return jumped_s

    def _difference_s(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()
