"""Whether it is us who were cut off: nearly everybody gone at once, at places that share nothing but us."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from controller.detection.silence import SUSPECT_S

# Gone together: heard within so long, and not since two beats.
TOGETHER_S = 240.0
FEWEST_GONE = 5
FEWEST_PLACES = 3
# The sites of one customer may share a line of their own.
FEWEST_CUSTOMERS = 2
MOST = 0.8
# So many of them back, and we see again.
BACK = 0.5
# Longer than this nobody believes that it is us alone: then all are judged as they stand.
LIMIT_S = 900.0

Place = tuple[UUID, UUID | None]


@dataclass(frozen=True, slots=True)
class Ages:
    """How long ago a machine was heard that should be talking to us. `place`: customer and site."""

    machine_id: UUID
    place: Place
    age_s: float


class OurLine:
    """`look` at every turn. `gone`: the machines we lost when we were cut off."""

    def __init__(self) -> None:
        self.cut_since_s: float | None = None
        self.gone: frozenset[UUID] = frozenset()

    def look(self, expected: Iterable[Ages], now_s: float) -> bool:
        """Whether we are blind now. True for 15 min at most."""
        known = list(expected)
        if self.cut_since_s is not None:
            still = [one for one in known if one.machine_id in self.gone and one.age_s >= SUSPECT_S]
            if len(still) > (1 - BACK) * len(self.gone) and now_s - self.cut_since_s < LIMIT_S:
                return True
            over = now_s - self.cut_since_s >= LIMIT_S
            self.cut_since_s = None
            self.gone = self.gone if over else frozenset()
            return False
        lost = [one for one in known if SUSPECT_S <= one.age_s < TOGETHER_S]
        there = [one for one in known if one.age_s < SUSPECT_S]
        if (
            len(lost) >= FEWEST_GONE
            and len(lost) > MOST * (len(lost) + len(there))
            and len({one.place for one in lost}) >= FEWEST_PLACES
            and len({one.place[0] for one in lost}) >= FEWEST_CUSTOMERS
        ):
            self.cut_since_s, self.gone = now_s, frozenset(one.machine_id for one in lost)
            return True
        return False
