"""Where we stand in one lane of one spool: what is new, what is known, what is missing (trust.md R2)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

# For so long the acknowledgement waits before a gap: an agent that still has the records sends them at once.
PATIENCE = timedelta(seconds=20)
GAPS_LIMIT = 100
# Far beyond any spool, and within the databases' integers.
SEQUENCE_LIMIT = 2**62


class Lane(Enum):
    """Faults overtake metrics; each lane has its own sequence, from 1."""

    FAULTS = 1
    METRICS = 2


@dataclass(frozen=True, slots=True)
class Gap:
    """Sequences `first` to `last` (both included) that were passed over."""

    first: int
    last: int
    noticed_at: datetime


@dataclass(slots=True)
class Cursor:
    """`high` is the highest sequence taken in; all up to it are known, but those in `gaps`.

    A gap stays known for ever (at most 100 of them, the oldest go), so that a record that comes late is
    still new; it holds the acknowledgement back only for `PATIENCE`.
    """

    high: int = 0
    gaps: list[Gap] = field(default_factory=list)

    def take(self, sequence: int, now: datetime) -> bool:
        """Note a record; whether it is new. A jump forward leaves a gap."""
        if sequence > self.high:
            if sequence > self.high + 1:
                self.gaps.append(Gap(self.high + 1, sequence - 1, now))
                del self.gaps[:-GAPS_LIMIT]
            self.high = sequence
            return True
        return self.forgive(sequence, sequence) > 0

    def forgive(self, first: int, last: int) -> int:
        """Take first..last out of the gaps; how many were in them."""
        found = 0
        left: list[Gap] = []
        for gap in self.gaps:
            low, high = max(first, gap.first), min(last, gap.last)
            if low > high:
                left.append(gap)
                continue
            found += high - low + 1
            if gap.first < low:
                left.append(Gap(gap.first, low - 1, gap.noticed_at))
            if high < gap.last:
                left.append(Gap(high + 1, gap.last, gap.noticed_at))
        self.gaps = left[-GAPS_LIMIT:]
        return found

    def wanted(self, now: datetime) -> tuple[Gap, ...]:
        """Gaps worth asking for."""
        return tuple(gap for gap in self.gaps if now - gap.noticed_at < PATIENCE)

    def acknowledged(self, now: datetime) -> int:
        """Up to where the agent may forget: before the first gap that may still be filled."""
        return min((gap.first - 1 for gap in self.wanted(now)), default=self.high)
