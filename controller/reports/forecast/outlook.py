"""What is likely to become of each promise that falls due in the next hours, and why."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from controller.reports.forecast.pace import Pace
from controller.reports.forecast.work import Chance, Done, Owed, Question
from controller.reports.forecast.workday import served

_HOUR = timedelta(hours=1)
_NONE = timedelta(0)


class Why(Enum):
    """`OVERDUE`: its time is over. `NOBODY`: nobody of its level is on duty by then. `QUEUE`: others come
    before it. `PACE`: it takes longer than what is left. `SLOW_DAY`: only if it takes as long as one in five
    does. `LASTING`: such incidents are usually open for longer. `IN_TIME`."""

    OVERDUE = "overdue"
    NOBODY = "nobody"
    QUEUE = "queue"
    PACE = "pace"
    SLOW_DAY = "slow_day"
    LASTING = "lasting"
    IN_TIME = "in_time"


@dataclass(frozen=True, slots=True)
class Expected:
    """`at`: when it is likely to be done, None when nobody will by then; `slow_at`: if each act takes as long
    as one in five does. `ahead`: how many acts its level does before it."""

    owed: Owed
    chance: Chance
    why: Why
    level: int
    at: datetime | None
    slow_at: datetime | None
    ahead: int
    pace: Pace


@dataclass(frozen=True, slots=True)
class Hour:
    """`chances`: promises that fall due in it. `work`: what they take, of people's time; `hands`: how much of
    that is on duty; `people`: how many are, by level, at most at once."""

    start: datetime
    chances: Mapping[Chance, int]
    work: timedelta
    hands: timedelta
    people: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Outlook:
    """`expected`: promises that fall due in the time, or are owed since before it; the earliest first."""

    expected: tuple[Expected, ...]
    hours: tuple[Hour, ...]

    def count(self, chance: Chance) -> int:
        return sum(one.chance is chance for one in self.expected)


def foresee(question: Question) -> Outlook:
    """Pure: the same question gives the same outlook."""
    lasting = tuple(one for one in question.owed if one.clock == "resolution")
    asked = replace(question, owed=tuple(one for one in question.owed if one.clock != "resolution"))
    usual, every = served(asked, slowly=False)
    slow, promised = served(asked, slowly=True)
    # News that follows from slow news is promised for later, maybe beyond what is looked at: nothing is late.
    keys = {owed.key for owed in promised}
    acts = Counter(one.level for one in usual.values())
    found = [
        _expected(
            question, owed, usual.get(owed.key), (slow if owed.key in keys else usual).get(owed.key), acts
        )
        for owed in every
    ]
    found += [_lasting(question, owed) for owed in lasting]
    kept = sorted(
        (one for one in found if one.owed.due <= question.until), key=lambda one: (one.owed.due, one.owed.key)
    )
    return Outlook(tuple(kept), tuple(_hours(question, kept)))


def _expected(
    question: Question, owed: Owed, usual: Done | None, slow: Done | None, acts: Mapping[int, int]
) -> Expected:
    """`acts`: how many each level does in all."""
    level = usual.level if usual else owed.level_at(max(question.now, min(owed.due, question.until)))
    pace = question.paces.of(level, owed.severity)
    chance, why = _judged(question, owed, usual, slow, pace)
    ahead = usual.ahead if usual else acts[level]
    return Expected(
        owed, chance, why, level, usual.at if usual else None, slow.at if slow else None, ahead, pace
    )


def _judged(
    question: Question, owed: Owed, usual: Done | None, slow: Done | None, pace: Pace
) -> tuple[Chance, Why]:
    if owed.due < question.now:
        return Chance.MISSED, Why.OVERDUE
    if usual is None or usual.at > owed.due:
        if usual is None and not _somebody(question, owed):
            return Chance.LIKELY_MISSED, Why.NOBODY
        alone = max(question.now, owed.ready) + pace.usual
        late = alone > owed.due or (usual is not None and usual.ahead == 0)
        return Chance.LIKELY_MISSED, Why.PACE if late else Why.QUEUE
    if slow is None or slow.at > slow.owed.due:
        return Chance.AT_RISK, Why.SLOW_DAY
    return Chance.SAFE, Why.IN_TIME


def _somebody(question: Question, owed: Owed) -> bool:
    """Whether anybody it lies with is on duty between when it can be begun and when it is due."""
    for shift in question.crew:
        begins, ends = max(question.now, owed.ready, shift.since), min(owed.due, shift.until)
        instants = [begins, *(since for since, _ in owed.levels if begins < since < ends)]
        if begins < ends and any(owed.level_at(at) == shift.level for at in instants):
            return True
    return False


def _lasting(question: Question, owed: Owed) -> Expected:
    """Resolving takes what it takes; only how long such incidents usually stay open is known."""
    pace = question.paces.resolution.get(owed.severity)
    begun = owed.opened_at or question.now
    known = pace or Pace(_NONE, _NONE, 0)
    at = max(question.now, begun + known.usual) if pace else None
    slow_at = max(question.now, begun + known.slow) if pace else None
    if owed.due < question.now:
        chance, why = Chance.MISSED, Why.OVERDUE
    elif at is None or slow_at is None:
        chance, why = Chance.AT_RISK, Why.LASTING
    elif at > owed.due:
        chance, why = Chance.LIKELY_MISSED, Why.LASTING
    else:
        in_time = slow_at <= owed.due
        chance, why = (Chance.SAFE, Why.IN_TIME) if in_time else (Chance.AT_RISK, Why.SLOW_DAY)
    return Expected(owed, chance, why, owed.level_at(question.now), at, slow_at, 0, known)


def _hours(question: Question, expected: list[Expected]) -> list[Hour]:
    """The first one is the hour that has begun; what is owed since before counts as work of that one."""
    start = question.now.replace(minute=0, second=0, microsecond=0)
    found: list[Hour] = []
    while start < question.until:
        end = start + _HOUR
        here = [
            one for one in expected if start <= one.owed.due < end or (not found and one.owed.due < start)
        ]
        begun = max(start, question.now)
        shifts = [
            (shift, min(shift.until, end, question.until) - max(shift.since, begun))
            for shift in question.crew
        ]
        present = [(shift, length) for shift, length in shifts if length > _NONE]
        found.append(Hour(
            start,
            Counter(one.chance for one in here),
            sum((one.pace.usual for one in here if one.owed.clock != "resolution"), _NONE),
            sum((length for _, length in present), _NONE),
            Counter({level: len({s.who for s, _ in present if s.level == level}) for level in (1, 2, 3)}),
        ))  # fmt: skip
        start = end
    return found
