"""The proof of a verdict: event -> open intervals -> sum, and what later knowledge corrected (T7)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from controller.sla.calendar import Calendar
from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.plan import Plan
from controller.sla.state import Breach, Clock, Fact, State

_NONE = timedelta(0)


class Counted(NamedTuple):
    """A stretch of open time that counted; `total` is the sum so far."""

    start: datetime
    end: datetime
    total: timedelta


class Correction(NamedTuple):
    """An alarm that was right by what was known then, and that a late record took back."""

    breach: Breach
    corrected_at: datetime


def counted(clock: Clock) -> tuple[Counted, ...]:
    """The open stretches from where the promise is counted to the deadline, without what was stopped. Empty
    while there is no deadline. Their sum is the promise, unless that is in days (T11) or a severity change
    put the deadline before a stop that it was moved by (T6: such a deadline is missed at the change)."""
    if clock.basis is None or clock.due is None:
        return ()
    found: list[Counted] = []
    total = _NONE
    start = clock.basis
    for since, until in [*_stops(clock), (clock.due, clock.due)]:
        for opened, closed in clock.calendar.intervals(start, min(since, clock.due)):
            total += closed - opened
            found.append(Counted(opened, closed, total))
        start = max(start, until)
    return tuple(found)


def corrections(
    plan: Plan, calendars: Mapping[str, Calendar], events: Iterable[Event], as_of: datetime
) -> tuple[Correction, ...]:
    """Breaches that stood by what was known, until something was recorded late: both are shown (T7)."""
    every = list(events)
    late = sorted({e.recorded_at for e in every if e.recorded_at > e.at and e.recorded_at <= as_of})
    found: dict[Breach, Correction] = {}
    for moment in late:
        before = [event for event in every if event.recorded_at < moment]
        known = [event for event in every if event.recorded_at <= moment]
        stood = evaluate(plan, calendars, before, moment).breaches
        still = evaluate(plan, calendars, known, moment).breaches
        for breach in stood:
            if breach not in still:
                found.setdefault(breach, Correction(breach, moment))
    final = evaluate(plan, calendars, every, as_of).breaches
    return tuple(correction for breach, correction in found.items() if breach not in final)


def written_proof(state: State) -> dict[str, object]:
    """The whole proof as plain JSON values, clock by clock."""
    names = [*state.clocks.items(), *((f"updates[{w.window}]", w) for w in state.updates)]
    return {name: {"why": _why(clock), "counted": _sums(clock)} for name, clock in names}


def _why(clock: Clock) -> list[dict[str, object]]:
    return [
        {"step": step.kind, "at": _plain(step.at), **{key: _plain(fact) for key, fact in step.facts.items()}}
        for step in clock.why
    ]


def _sums(clock: Clock) -> list[dict[str, object]]:
    return [
        {"start": _plain(start), "end": _plain(end), "total": _plain(total)}
        for start, end, total in counted(clock)
    ]


def _plain(fact: Fact) -> str | int | float | None:
    if isinstance(fact, datetime):
        return fact.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(fact, timedelta):
        minutes = fact / timedelta(minutes=1)
        return int(minutes) if minutes.is_integer() else minutes
    return fact


def _stops(clock: Clock) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for step in clock.steps:
        until = step.facts.get("until")
        if step.kind == "stopped" and isinstance(until, datetime) and clock.basis and until > clock.basis:
            found.append((max(step.at, clock.basis), until))
    return found
