"""How many promises were kept: incidents are counted, not deadlines (contract.md T12)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from controller.core.severity import Severity
from controller.reports.verdict import Climb, Outcome, Ruling, Stretch, Verdict

FIRST_RESPONSE_TARGET = 0.95
ESCALATION_AND_UPDATE_TARGET = 0.90
_NONE = timedelta(0)


class By(Enum):
    """What a report's lines are. Days, weeks (ISO 8601) and months are of the opening, in the plan's zone."""

    CUSTOMER = "customer"
    SEVERITY = "severity"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Tally:
    """Incidents. `target` (0..1] is the plan's; of several plans the highest."""

    kept: int
    missed: int
    undecided: int
    target: float

    @property
    def decided(self) -> int:
        return self.kept + self.missed

    @property
    def every(self) -> int:
        return self.decided + self.undecided

    @property
    def ratio(self) -> float | None:
        """None while nothing is decided: undecided is never kept."""
        return self.kept / self.decided if self.decided else None

    @property
    def holds(self) -> bool | None:
        """Whether the target is reached; counted exactly, not by the rounded figure."""
        return None if self.ratio is None else self.ratio >= self.target


@dataclass(frozen=True, slots=True)
class Spread:
    """Lengths of time: how many, their middle, the longest, their sum. Zero when there are none."""

    count: int
    middle: timedelta
    longest: timedelta
    total: timedelta


@dataclass(frozen=True, slots=True)
class Climbs:
    """Escalations. `acted`: how long the new level took to act; `waiting`: it has not yet. An engine that is
    always in time proves nothing about people (T4a)."""

    count: int
    late: int
    acted: Spread
    waiting: int


@dataclass(frozen=True, slots=True)
class Line:
    """`key`: a customer's name, a severity, 2026-03-02, 2026-W10, 2026-03, or "" for everything.

    By severity each promise is counted under the severity at its own decision, all else under the present
    one, so `incidents` may differ from a tally's `every`. `down`: incidents that were alive while our
    controller was away; `down_missed`: those of them that missed a promise.
    """

    key: str
    incidents: int
    first_response: Tally
    escalation_and_update: Tally
    undetected: Spread
    down: int
    down_missed: int
    by_person: Climbs
    by_engine: Climbs


@dataclass(frozen=True, slots=True)
class Report:
    """Incidents opened from `since` to `until`, both included, as they stand at `as_of`. `down`: the times
    our controller was away in that time."""

    since: date
    until: date
    as_of: datetime
    customer: str
    verdicts: tuple[Verdict, ...]
    down: tuple[Stretch, ...]

    @property
    def total(self) -> Line:
        return total(self.verdicts)

    @property
    def down_total(self) -> timedelta:
        return sum((until - since for since, until in self.down), start=_NONE)

    def lines(self, by: By) -> tuple[Line, ...]:
        return lines(self.verdicts, by)


def total(verdicts: Sequence[Verdict]) -> Line:
    return _line("", verdicts, verdicts, verdicts)


def lines(verdicts: Iterable[Verdict], by: By) -> tuple[Line, ...]:
    """One for each key that has an incident; periods in order of time, the worst severity first."""
    of, first, second = _KEYS[by]
    groups: dict[str, tuple[list[Verdict], list[Verdict], list[Verdict]]] = defaultdict(lambda: ([], [], []))
    for verdict in verdicts:
        for position, key in enumerate((of, first, second)):
            groups[key(verdict)][position].append(verdict)
    return tuple(_line(key, *groups[key]) for key in sorted(groups, key=_order))


def period(day: date, by: By) -> str:
    """The period that a day lies in: 2026-03-02, 2026-W10 or 2026-03."""
    if by is By.MONTH:
        return f"{day:%Y-%m}"
    if by is By.WEEK:
        year, week, _ = day.isocalendar()
        return f"{year:04}-W{week:02}"
    return day.isoformat()


_Key = Callable[[Verdict], str]


def _same(key: _Key) -> tuple[_Key, _Key, _Key]:
    return key, key, key


_KEYS: dict[By, tuple[_Key, _Key, _Key]] = {
    By.CUSTOMER: _same(lambda one: one.customer),
    By.SEVERITY: (
        lambda one: one.severity,
        lambda one: one.first_response.severity,
        lambda one: one.escalation_and_update.severity,
    ),
    By.DAY: _same(lambda one: period(one.opened_on, By.DAY)),
    By.WEEK: _same(lambda one: period(one.opened_on, By.WEEK)),
    By.MONTH: _same(lambda one: period(one.opened_on, By.MONTH)),
}
_RANKS = {severity.value: -severity.rank for severity in Severity}


def _order(key: str) -> tuple[int, str, str]:
    return _RANKS.get(key, 0), key.casefold(), key


def _line(key: str, verdicts: Sequence[Verdict], first: Sequence[Verdict], second: Sequence[Verdict]) -> Line:
    climbs = [climb for verdict in verdicts for climb in verdict.climbs]
    down = [verdict for verdict in verdicts if verdict.down > _NONE]
    return Line(
        key=key,
        incidents=len(verdicts),
        first_response=_tally(
            (one.first_response for one in first),
            max((one.first_response_target for one in first), default=FIRST_RESPONSE_TARGET),
        ),
        escalation_and_update=_tally(
            (one.escalation_and_update for one in second),
            max((one.escalation_and_update_target for one in second), default=ESCALATION_AND_UPDATE_TARGET),
        ),
        undetected=spread(one.undetected for one in verdicts),
        down=len(down),
        down_missed=sum(_missed(one) for one in down),
        by_person=_gathered(climb for climb in climbs if not climb.by_engine),
        by_engine=_gathered(climb for climb in climbs if climb.by_engine),
    )


def _missed(verdict: Verdict) -> bool:
    rulings = (verdict.first_response, verdict.escalation_and_update)
    return any(ruling.outcome is Outcome.MISSED for ruling in rulings)


def _tally(rulings: Iterable[Ruling], target: float) -> Tally:
    outcomes = [ruling.outcome for ruling in rulings]
    kept, missed, undecided = (
        outcomes.count(one) for one in (Outcome.KEPT, Outcome.MISSED, Outcome.UNDECIDED)
    )
    return Tally(kept, missed, undecided, target)


def _gathered(climbs: Iterable[Climb]) -> Climbs:
    every = list(climbs)
    acted = [climb.acted_after for climb in every if climb.acted_after is not None]
    return Climbs(len(every), sum(one.late for one in every), spread(acted), len(every) - len(acted))


def spread(lengths: Iterable[timedelta]) -> Spread:
    found = sorted(lengths)
    if not found:
        return Spread(0, _NONE, _NONE, _NONE)
    middle = (found[(len(found) - 1) // 2] + found[len(found) // 2]) / 2
    return Spread(len(found), middle, found[-1], sum(found, start=_NONE))
