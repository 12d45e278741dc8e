"""One incident as the report counts it (contract.md T4a, T12, T13)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from controller.incidents.duplicates.merger import MERGED
from controller.sla.calendar import Calendar
from controller.sla.events import Event, sift
from controller.sla.plan import Plan
from controller.sla.state import BREACHED, MET, NOT_NEEDED, Clock, State

Stretch = tuple[datetime, datetime]

_DECIDED = frozenset({MET, BREACHED, NOT_NEEDED})
_ENDS = frozenset({"resolved", "closed"})
_NONE = timedelta(0)


class Outcome(Enum):
    KEPT = "kept"
    MISSED = "missed"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a member of staff did on an incident. `entry_id` is its entry in the timeline; `level` is
    theirs today, None for somebody who is no user (root on the controller's own machine)."""

    entry_id: str
    at: datetime
    by: str
    level: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """All that a report reads of one incident. `plan` and `calendars` are those that govern it (T14), `state`
    the verdict of its clocks at `state.as_of`."""

    number: int
    customer: str
    began_at: datetime
    opened_at: datetime
    plan: Plan
    plan_version: str
    state: State
    events: tuple[Event, ...]
    deeds: tuple[Deed, ...] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        return f"INC-{self.number}"

    @property
    def opened_on(self) -> date:
        """The local date in the plan's zone: what T12 counts by."""
        return self.opened_at.astimezone(ZoneInfo(self.plan.zone)).date()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What became of one of the two promises. `severity`: at the decision, or now while undecided."""

    outcome: Outcome
    severity: str


@dataclass(frozen=True, slots=True)
class Climb:
    """An escalation. `late`: its level's deadline had been missed by then. `acted_after`: until somebody of
    that level did something; None while nobody has."""

    level: int
    at: datetime
    by_engine: bool
    late: bool
    acted_after: timedelta | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`severity` and `status`: as they stand. `undetected`: T13. `down`: how long our controller was away
    while the incident was alive, which excuses nothing and is shown. Targets are the plan's."""

    reference: str
    customer: str
    opened_at: datetime
    opened_on: date
    severity: str
    status: str
    first_response: Ruling
    escalation_and_update: Ruling
    undetected: timedelta
    down: timedelta
    climbs: tuple[Climb, ...]
    first_response_target: float
    escalation_and_update_target: float


def judge(told: Told, down: Iterable[Stretch] = ()) -> Verdict:
    """`down`: the times our controller was away, in any order, not overlapping."""
    state = told.state
    events = sift(told.events, state.as_of, state.known_at).events
    return Verdict(
        reference=told.reference,
        customer=told.customer,
        opened_at=told.opened_at,
        opened_on=told.opened_on,
        severity=state.severity,
        status=state.status,
        first_response=_first_response(state, events),
        escalation_and_update=_escalation_and_update(state, _merged(events)),
        undetected=max(_NONE, told.opened_at - told.began_at),
        down=_overlap((told.opened_at, _end(events) or state.as_of), down),
        climbs=tuple(_climbs(events, state, told.deeds)),
        first_response_target=told.plan.first_response_target,
        escalation_and_update_target=told.plan.escalation_and_update_target,
    )


def _merged(events: Iterable[Event]) -> bool:
    """Whether another incident goes on for it. What it had missed by then stays missed; what only its closing
    ended is undecided: its survivor's promises are counted, once."""
    merged = False
    for event in events:
        if event.kind in ("closed", "reopened"):
            merged = event.kind == "closed" and (merged or event.reason == MERGED)
    return merged


def _first_response(state: State, events: Iterable[Event]) -> Ruling:
    clock = state.clocks.get("first_response")
    if clock is None or clock.state not in (MET, BREACHED):
        return Ruling(Outcome.UNDECIDED, state.severity)
    mergers = {event.at for event in events if event.kind == "closed" and event.reason == MERGED}
    if clock.state == MET and clock.decided_by == "closed" and clock.decided_at in mergers:
        # Nobody answered; taken apart again it stays so (T8: there is no second first response).
        return Ruling(Outcome.UNDECIDED, state.severity)
    return Ruling(Outcome.KEPT if clock.state == MET else Outcome.MISSED, clock.severity)


def _escalation_and_update(state: State, merged: bool) -> Ruling:
    """Decided by its first breach, or once update, level 2 and level 3 are: of those that are promised. One
    that never started is not decided, also where the incident has ended: nothing was owed, nothing kept."""
    levels = [state.clocks[name] for name in ("escalate_l2", "escalate_l3") if name in state.clocks]
    every = [*state.updates, *levels]
    missed = [clock for clock in every if clock.state == BREACHED]
    if missed:
        first = min(missed, key=lambda clock: clock.breached_at or state.as_of)
        return Ruling(Outcome.MISSED, first.severity)
    waiting = state.updates_promised and not state.updates
    if merged or waiting or not every or any(clock.state not in _DECIDED for clock in every):
        return Ruling(Outcome.UNDECIDED, state.severity)
    return Ruling(Outcome.KEPT, max(every, key=_decided_at).severity)


def _decided_at(clock: Clock) -> tuple[datetime, bool]:
    """At one instant the update window speaks: it lived until then."""
    assert clock.decided_at is not None
    return clock.decided_at, clock.name == "update"


def _end(events: list[Event]) -> datetime | None:
    """When it was resolved or closed; None while it is open."""
    end: datetime | None = None
    for event in events:
        if event.kind in _ENDS:
            end = end or event.at
        elif event.kind == "reopened":
            end = None
    return end


def _climbs(events: list[Event], state: State, deeds: Iterable[Deed]) -> Iterable[Climb]:
    ordered = sorted(deeds, key=lambda deed: deed.at)
    for event in events:
        if event.kind != "escalated" or event.level is None:
            continue
        clock = state.clocks.get(f"escalate_l{event.level}")
        missed_at = clock.breached_at if clock is not None else None
        acted = next((deed.at for deed in ordered if _answers(deed, event)), None)
        yield Climb(
            event.level,
            event.at,
            event.by == "engine",
            missed_at is not None and event.at > missed_at,
            acted - event.at if acted is not None else None,
        )


def _answers(deed: Deed, climb: Event) -> bool:
    """Whether the new level has begun: somebody of it, or a stranger who is not the one who escalated."""
    if deed.at < climb.at or deed.entry_id == climb.id:
        return False
    return deed.level >= (climb.level or 0) if deed.level is not None else deed.by != climb.by


def _overlap(life: Stretch, down: Iterable[Stretch]) -> timedelta:
    return sum(
        (max(_NONE, min(life[1], until) - max(life[0], since)) for since, until in down),
        start=_NONE,
    )
