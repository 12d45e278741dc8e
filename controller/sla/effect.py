"""What a change of severity would do to the clocks, before anybody makes it (contract.md T6)."""

from datetime import datetime
from typing import NamedTuple

from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.ledger import Explanation, events_of
from controller.sla.state import BREACHED, PENDING, Clock, State


class Effect(NamedTuple):
    """One clock that runs now. `before` and `after` are its deadlines; None while a pause holds it, or where
    the new severity promises nothing. `missed`: the change itself would put the deadline into the past."""

    clock: str
    before: datetime | None
    after: datetime | None
    missed: bool


def of_severity(told: Explanation, severity: str) -> tuple[Effect, ...]:
    """Of every clock that runs, in the order of the contract. Nothing is written."""
    now = told.state.as_of
    change = Event("severity_changed", now, now, severity=severity)
    events = [*events_of(told.entries), change]
    after = evaluate(told.plan, told.governing.calendars, events, now)
    found = []
    for clock in told.clocks:
        if clock.state == PENDING:
            other = _same(after, clock)
            missed = other is not None and other.state == BREACHED
            found.append(Effect(clock.name, clock.due, other.due if other else None, missed))
    return tuple(found)


def _same(state: State, clock: Clock) -> Clock | None:
    if clock.name == "update":
        return state.updates[clock.window] if clock.window < len(state.updates) else None
    return state.clocks.get(clock.name)
