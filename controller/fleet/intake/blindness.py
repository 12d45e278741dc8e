"""When we could have known (contract.md T2): what an agent found while our controller was away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

# What was on its way when we went away belongs to the time we were away.
IN_FLIGHT = timedelta(seconds=10)
# A report this fresh needs no question.
FRESH = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class DownPeriod:
    """Our controller's own absence: from its last sign of life to its next start, or, for a stall or a
    database that was away, to when it could write again. `survivors`: machines whose streams lasted through
    it, so that they have no reconnect after it."""

    start: datetime
    end: datetime
    survivors: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Blindness:
    """A down period as one agent had it: `end` is that agent's first reconnect after it."""

    start: datetime
    end: datetime


def opened_at(observed_at: datetime, received_at: datetime, blind: Iterable[Blindness]) -> datetime:
    """The receipt, or the finding's own (corrected) time when it lies in a time we were blind; never later
    than the receipt."""
    for period in blind:
        if period.start - IN_FLIGHT <= observed_at <= period.end:
            return min(observed_at, received_at)
    return received_at
