"""How long people take to act once it is their turn, from what they really did.

Waiting behind other work is no part of it: time is counted from when an incident came to a level, or from
when whoever acted had last done something else, if that was later. The queue is counted apart (`workday.py`).
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

FEWEST = 5
"""With fewer examples a pace is not taken from them."""

# What is assumed without examples: the usual time; one in five takes twice as long.
_ASSUMED = {
    "critical": timedelta(minutes=10),
    "high": timedelta(minutes=20),
    "normal": timedelta(minutes=30),
}
_ASSUMED_ELSE = timedelta(minutes=30)
# A person is not infinitely quick, whatever the history says.
_LEAST = timedelta(minutes=1)


class Turn(NamedTuple):
    """An incident was somebody's to act on at `level` from `since`, and `who` did so at `at`."""

    incident: int
    level: int
    severity: str
    since: datetime
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Pace:
    """`usual`: the median; `slow`: four in five are faster. `examples`: how many it was taken from, 0 when it
    was assumed; `all_severities`: there were too few of this one alone."""

    usual: timedelta
    slow: timedelta
    examples: int
    all_severities: bool = False


@dataclass(frozen=True, slots=True)
class Paces:
    """`resolution`: from opening to resolving, by severity; what has too few examples is not there."""

    by: Mapping[tuple[int, str], Pace]
    by_level: Mapping[int, Pace]
    resolution: Mapping[str, Pace]

    def of(self, level: int, severity: str) -> Pace:
        found = self.by.get((level, severity)) or self.by_level.get(level)
        return found or assumed(severity)


def assumed(severity: str) -> Pace:
    usual = _ASSUMED.get(severity, _ASSUMED_ELSE)
    return Pace(usual, 2 * usual, 0)


def paces(turns: Iterable[Turn], resolved: Iterable[tuple[str, timedelta]] = ()) -> Paces:
    """`resolved`: severity and length, opening to resolution."""
    every = list(turns)
    busy = _deeds(every)
    lengths: dict[tuple[int, str], list[timedelta]] = defaultdict(list)
    for turn in every:
        lengths[turn.level, turn.severity].append(max(_LEAST, turn.at - _begun(turn, busy[turn.who])))
    levels: dict[int, list[timedelta]] = defaultdict(list)
    for (level, _), found in lengths.items():
        levels[level] += found
    ends: dict[str, list[timedelta]] = defaultdict(list)
    for severity, length in resolved:
        ends[severity].append(length)
    return Paces(
        {key: _pace(found) for key, found in lengths.items() if len(found) >= FEWEST},
        {level: _pace(found, all_severities=True) for level, found in levels.items() if len(found) >= FEWEST},
        {severity: _pace(found) for severity, found in ends.items() if len(found) >= FEWEST},
    )


def _deeds(turns: list[Turn]) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    for turn in turns:
        found[turn.who].append(turn.at)
    return {who: sorted(instants) for who, instants in found.items()}


def _begun(turn: Turn, deeds: list[datetime]) -> datetime:
    """When they could begin: when it came, or when they had done what they did just before."""
    place = bisect_left(deeds, turn.at)
    return max(turn.since, deeds[place - 1]) if place else turn.since


def _pace(lengths: list[timedelta], *, all_severities: bool = False) -> Pace:
    found = sorted(lengths)
    middle = (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2
    # The smallest that at least four in five do not exceed.
    slow = found[-(-4 * len(found) // 5) - 1]
    return Pace(middle, max(slow, middle), len(found), all_severities)
