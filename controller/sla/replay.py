"""What the history would have been under another plan (contract.md T4a, T14). A simulation: nothing is
written, and the incident keeps the plan it was opened under.

What people did stays as they did it. What the engine did is taken out and made anew, at the instants at which
an engine that is always awake would have acted under the other plan.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from controller.sla.calendar import Calendar
from controller.sla.clock import evaluate
from controller.sla.errors import Fault, PlanInvalid
from controller.sla.events import Event
from controller.sla.moments import next_moments
from controller.sla.plan import Plan
from controller.sla.state import BREACHED, MET, PENDING, State

ENGINE = "engine"
IN_TIME = timedelta(seconds=60)
"""T4a: an escalation committed within this time of its due is written with `at` = due."""

_LEVELS = {"escalate_l2": 2, "escalate_l3": 3}
_JUST_AFTER = timedelta(microseconds=1)


class Missed(NamedTuple):
    """A breach by its place: the clock, and the window of an update (else 0)."""

    clock: str
    window: int


@dataclass(frozen=True, slots=True)
class Past:
    """What one incident came to under one plan. `dues`: the deadlines at which something had to be done."""

    missed: frozenset[Missed]
    dues: tuple[datetime, ...]


def past_of(state: State) -> Past:
    return Past(
        frozenset(Missed(breach.clock, breach.window) for breach in state.breaches),
        tuple(
            c.due for c in (*state.clocks.values(), *state.updates) if c.due and c.state in (MET, BREACHED)
        ),
    )


def replayed(
    plan: Plan, calendars: Mapping[str, Calendar], events: Iterable[Event], as_of: datetime
) -> tuple[State, tuple[Event, ...]]:
    """The state under `plan`, and the events with the engine's escalations made anew."""
    given = tuple(event for event in events if not (event.kind == "escalated" and event.by == ENGINE))
    state = evaluate(plan, calendars, given, as_of)
    made = (
        _climbs_at_once(state) if _is_plain(state, given) else _climbs_as_known(plan, calendars, given, as_of)
    )
    if not made:
        return state, given
    every = (*given, *made)
    return evaluate(plan, calendars, every, as_of), every


def refuse_missing(plan: Plan, severities: Iterable[str]) -> None:
    """Raises `PlanInvalid` with a fault for each severity that happened and that the plan does not know."""
    missing = sorted(set(severities) - set(plan.severities))
    if missing:
        raise PlanInvalid(tuple(
            Fault(f"severity.{name}", "missing", "incidents of this severity happened in that time",
                  f"Add a table [severity.{name}]")
            for name in missing
        ))  # fmt: skip


def _is_plain(state: State, events: Sequence[Event]) -> bool:
    """Whether one verdict tells what the engine would have done: everything was written down as it happened,
    so what fell due stays (T7), and no severity change put a level's deadline into the past (T6), where it
    matters what else happened at that instant."""
    if state.conflicting or any(event.recorded_at != event.at for event in events):
        return False
    levels = (state.clocks[name] for name in _LEVELS if name in state.clocks)
    return all(clock.breached_at in (None, clock.due) for clock in levels)


def _climbs_at_once(state: State) -> list[Event]:
    """Each level that was missed, or falls due this very instant, was the engine's to reach then. A climb
    decides its own clock and those below, and moves no other deadline."""
    found: list[tuple[datetime, int]] = []
    for name, level in _LEVELS.items():
        clock = state.clocks.get(name)
        if clock is None or clock.due is None:
            continue
        if clock.state == BREACHED or (clock.state == PENDING and clock.due <= state.as_of):
            found.append((clock.due, level))
    return _rising(sorted(found))


def _rising(found: Sequence[tuple[datetime, int]]) -> list[Event]:
    made: list[Event] = []
    for at, level in found:
        if not made or level > (made[-1].level or 0):
            made.append(_escalation(at, at, level))
    return made


def _climbs_as_known(
    plan: Plan, calendars: Mapping[str, Calendar], events: Sequence[Event], as_of: datetime
) -> list[Event]:
    """Step by step, with what was known at each instant: something written down late moves a deadline only
    from when it was known."""
    learnt = sorted({max(event.recorded_at, event.at) for event in events} | {e.recorded_at for e in events})
    made: list[Event] = []
    now: datetime | None = learnt[0] if learnt else None
    while now is not None and now <= as_of:
        state = evaluate(plan, calendars, (*events, *made), now, now)
        overdue = min(_overdue(state), default=None)
        if overdue is not None:
            due, level = overdue
            made.append(_escalation(_written_at(due, now), now, level))
            continue
        now = min((at for at in (*learnt, *_looks(state)) if at > now), default=None)
    return made


def _overdue(state: State) -> Iterable[tuple[datetime, int]]:
    if state.status != "open":
        return
    for name, level in _LEVELS.items():
        clock = state.clocks.get(name)
        if clock is None or clock.due is None or clock.due > state.as_of or state.level >= level:
            continue
        if clock.state in (PENDING, BREACHED):
            yield clock.due, level


def _looks(state: State) -> Iterable[datetime]:
    """At a level's due, and just after any other deadline, which may give the levels their origin."""
    for moment in next_moments(state, ()):
        yield moment.at
        if moment.clock not in _LEVELS:
            yield moment.at + _JUST_AFTER


def _written_at(due: datetime, now: datetime) -> datetime:
    return due if now - due <= IN_TIME else now


def _escalation(at: datetime, recorded_at: datetime, level: int) -> Event:
    return Event("escalated", at, recorded_at, f"replay-{level}-{at.isoformat()}", level=level, by=ENGINE)


# What many incidents come to.


@dataclass(slots=True)
class Change:
    """Of one customer, or of everybody. Breaches by clock; gained: only under the other plan."""

    incidents: int = 0
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)

    def add(self, before: Past, after: Past) -> None:
        self.incidents += 1
        self.before.update(one.clock for one in before.missed)
        self.after.update(one.clock for one in after.missed)
        self.gained.update(one.clock for one in after.missed - before.missed)
        self.lost.update(one.clock for one in before.missed - after.missed)


@dataclass(slots=True)
class Load:
    """Deadlines by the hour in which something had to be done."""

    hours: Counter[datetime] = field(default_factory=Counter)

    def add(self, past: Past) -> None:
        self.hours.update(due.replace(minute=0, second=0, microsecond=0) for due in past.dues)

    @property
    def total(self) -> int:
        return self.hours.total()

    @property
    def busiest(self) -> tuple[datetime, int] | None:
        """The hour with most deadlines, the first of them, and how many."""
        return min(self.hours.items(), key=lambda one: (-one[1], one[0])) if self.hours else None

    def by_hour_of_day(self, zone: str) -> tuple[int, ...]:
        """24 sums, on that zone's clocks."""
        there = ZoneInfo(zone)
        found = [0] * 24
        for hour, count in self.hours.items():
            found[hour.astimezone(there).hour] += count
        return tuple(found)


@dataclass(slots=True)
class Comparison:
    """Grows by one incident at a time; the order does not matter."""

    total: Change = field(default_factory=Change)
    customers: dict[str, Change] = field(default_factory=dict)
    load_before: Load = field(default_factory=Load)
    load_after: Load = field(default_factory=Load)

    def add(self, customer: str, before: Past, after: Past) -> None:
        for change in (self.total, self.customers.setdefault(customer, Change())):
            change.add(before, after)
        self.load_before.add(before)
        self.load_after.add(after)
