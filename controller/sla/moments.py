"""When an engine next has something to do for an incident (contract.md, "The engine")."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from controller.sla.state import Clock, State

_NONE = timedelta(0)


class Moment(NamedTuple):
    """`kind`: `warn` (a `fraction` of the promise is used up), `due`, or `resume` (an open pause reaches its
    maximum; clock `pause`). (clock, window, restart, kind, fraction) is the natural key of what is told then.
    """

    at: datetime
    clock: str
    window: int
    restart: int
    kind: str
    fraction: float | None


def next_moments(state: State, warn_at: Iterable[float], since: datetime | None = None) -> tuple[Moment, ...]:
    """Future instants in order, as things stand: warnings after `as_of`, deadlines at or after it. `since`:
    those after an earlier instant, too.

    Fractions are of each clock's counted open time, so a warning never falls into closed hours. Clocks that a
    pause holds have none; the end of the pause brings them back.
    """
    fractions = tuple(warn_at)
    now = since or state.as_of
    found = [moment for clock in state.pending for moment in _of_clock(clock, now, fractions)]
    if state.pause_until is not None and state.pause_until > now:
        found.append(Moment(state.pause_until, "pause", 0, 0, "resume", None))
    return tuple(sorted(found, key=lambda moment: moment.at))


def _of_clock(clock: Clock, now: datetime, fractions: tuple[float, ...]) -> list[Moment]:
    if clock.due is None or clock.basis is None or clock.due < now:
        return []
    span = clock.calendar.open_between(clock.basis, clock.due) - clock.stopped
    left = clock.calendar.open_between(now, clock.due)
    found = [Moment(clock.due, clock.name, clock.window, clock.restart, "due", None)]
    for fraction in fractions:
        ahead = left - span * (1 - fraction)
        if ahead > _NONE:
            at = clock.calendar.add_open(now, ahead)
            found.append(Moment(at, clock.name, clock.window, clock.restart, "warn", fraction))
    return found
