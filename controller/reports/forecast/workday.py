"""Who does what when: each person one incident at a time, in order of what falls due.

The simplest queue that still tells one person from two. Nobody is interrupted, nobody helps another level,
whoever begins before the end of their duty ends what they began, and news is not written before half of its
time is over, since people do not repeat themselves.
"""

from bisect import insort
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush

from controller.reports.forecast.pace import Pace
from controller.reports.forecast.work import Done, Owed, Question, Served

_HALF = 0.5


def served(question: Question, *, slowly: bool) -> tuple[Served, tuple[Owed, ...]]:
    """What is done when, and everything that was owed by then, news that follows from news included.

    `slowly`: with the time that four in five acts do not exceed instead of the usual one.
    """
    return _Workday(question, slowly).run()


class _Workday:
    def __init__(self, question: Question, slowly: bool) -> None:
        self.question = question
        self.slowly = slowly
        self.every = list(question.owed)
        self.waiting: list[tuple[bool, datetime, int, str, int, Owed]] = []
        self.done: dict[tuple[int, str, int], Done] = {}
        self.began: dict[int, int] = dict.fromkeys((1, 2, 3), 0)
        for owed in question.owed:
            self._wait(owed)

    def run(self) -> tuple[Served, tuple[Owed, ...]]:
        crew = self.question.crew
        free = [(max(one.since, self.question.now), place) for place, one in enumerate(crew)]
        heapify(free)
        idle: list[tuple[datetime, int]] = []
        while free:
            at, place = heappop(free)
            shift = crew[place]
            if at >= min(shift.until, self.question.until):
                continue
            entry = self._best(at, shift.level)
            if entry is None:
                later = self._next(at, shift.level)
                if later is None:
                    idle.append((at, place))
                else:
                    heappush(free, (later, place))
                continue
            self.waiting.remove(entry)
            ends = at + self._length(entry[-1], shift.level)
            self.done[entry[-1].key] = Done(entry[-1], ends, shift.who, shift.level, self.began[shift.level])
            self.began[shift.level] += 1
            heappush(free, (ends, place))
            if self._follow(entry[-1], ends):
                for since, someone in idle:
                    heappush(free, (max(since, at), someone))
                idle.clear()
        return self.done, tuple(self.every)

    def _wait(self, owed: Owed) -> None:
        first = owed.number not in self.question.first
        insort(self.waiting, (first, owed.due, owed.number, owed.clock, owed.part, owed))

    def _best(self, at: datetime, level: int) -> tuple[bool, datetime, int, str, int, Owed] | None:
        found = None
        for entry in self.waiting:
            owed = entry[-1]
            if owed.ready > at or owed.level_at(at) != level:
                continue
            if not self.question.keepable or at + self._length(owed, level) <= owed.due:
                return entry
            found = found or entry
        return found

    def _next(self, at: datetime, level: int) -> datetime | None:
        """When something may lie with this level that does not now."""
        instants = (
            instant
            for *_, owed in self.waiting
            for instant in (owed.ready, *(since for since, higher in owed.levels if higher == level))
            if instant > at
        )
        return min(instants, default=None)

    def _length(self, owed: Owed, level: int) -> timedelta:
        pace: Pace = self.question.paces.of(level, owed.severity)
        return pace.slow if self.slowly else pace.usual

    def _follow(self, owed: Owed, said_at: datetime) -> bool:
        """An answer and news promise the next news."""
        if owed.cadence is None:
            return False
        due = owed.cadence.due(said_at)
        ready = said_at + (due - said_at) * _HALF
        if ready >= self.question.until:
            return False
        following = replace(owed, clock="update", due=due, ready=ready, part=owed.part + 1)
        self.every.append(following)
        self._wait(following)
        return True
