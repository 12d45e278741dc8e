"""`evaluate`: events in, verdicts with their reasons out (contract.md T1-T9, T14)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from controller.sla.calendar import Calendar
from controller.sla.events import Event, sift
from controller.sla.fold import Fold, unopened
from controller.sla.plan import Plan
from controller.sla.state import State


def evaluate(
    plan: Plan,
    calendars: Mapping[str, Calendar],
    events: Iterable[Event],
    as_of: datetime,
    known_at: datetime | None = None,
) -> State:
    """The state at `as_of` by what was known at `known_at` (None: everything that is known).

    Pure: the same events, in any order and any number of times, give the same state. What stands before the
    opening is read by no clock. `calendars` holds those that the plan's `hours` name. Raises KeyError for a
    calendar or severity that is not there: both are checked where they come in.
    """
    as_of = as_of.astimezone(UTC)
    events, conflicting = sift(events, as_of, known_at)
    fold: Fold | None = None
    for event in events:
        if fold is not None:
            fold.take(event)
        elif event.kind == "opened":
            fold = Fold(plan, calendars, event)
    if fold is None:
        return unopened(plan, calendars, as_of, known_at, conflicting)
    return fold.state(as_of, known_at, conflicting)
