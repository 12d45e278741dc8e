"""The verdict: each clock's due instant, state and reasons at one instant (contract.md, One pure core)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from controller.sla.calendar import Calendar
from controller.sla.durations import Duration
from controller.sla.events import Event

NOT_STARTED = "not_started"
PENDING = "pending"
MET = "met"
BREACHED = "breached"
NOT_NEEDED = "not_needed"

CLOCK_ORDER = ("first_response", "update", "escalate_l2", "escalate_l3", "resolution")
Fact = datetime | timedelta | str | int | None


class Step(NamedTuple):
    """One link of the chain that led to a verdict: a stable kind and facts, never a sentence.

    `started` (by, severity, promise), `stopped` (until, open), `retargeted` (severity, mode, choice, before,
    after), `due` (from, promise, stopped, zone), `decided` (state, by), `breached` (due).
    """

    kind: str
    at: datetime
    facts: Mapping[str, Fact]


# Named tuples and not frozen dataclasses: a long incident makes hundreds, and these cost a third.
class Clock(NamedTuple):
    """One clock, or one window of the update cadence (`window` counts them from 0).

    `restart` counts how often a severity change or a reopening moved the deadline. `basis` is the instant the
    promise is counted from: `origin`, or the severity change that restarted it (T6). `stopped` is open time
    since `basis` that does not count. `due` is null before the start and while a pause is open (T5).
    """

    name: str
    window: int
    restart: int
    state: str
    due: datetime | None
    origin: datetime | None
    started_by: str
    severity: str
    promise: Duration | None
    calendar: Calendar
    basis: datetime | None
    stopped: timedelta
    decided_at: datetime | None
    decided_by: str
    breached_at: datetime | None
    steps: tuple[Step, ...]

    @property
    def why(self) -> tuple[Step, ...]:
        """The whole chain, from the event that started the clock to its verdict."""
        chain: list[Step] = []
        if self.origin is not None:
            facts: dict[str, Fact] = {"by": self.started_by}
            chain.append(Step("started", self.origin, facts))
        chain.extend(self.steps)
        if self.due is not None and self.basis is not None:
            chain.append(Step("due", self.due, {
                "from": self.basis, "promise": str(self.promise), "severity": self.severity,
                "stopped": self.stopped, "zone": "24x7" if self.calendar.always else self.calendar.zone,
            }))  # fmt: skip
        if self.breached_at is not None:
            chain.append(Step("breached", self.breached_at, {"due": self.due}))
        elif self.decided_at is not None:
            chain.append(Step("decided", self.decided_at, {"state": self.state, "by": self.decided_by}))
        return tuple(chain)


class Breach(NamedTuple):
    """`clock` is one of CLOCK_ORDER; `window` counts from 0; `at` as T1 and T6 say."""

    clock: str
    at: datetime
    window: int


@dataclass(frozen=True, slots=True)
class State:
    """What holds at `as_of`, as far as was known at `known_at` (None: all that is known).

    `status`: not_opened, open, resolved, closed. `clocks` holds those the plan has, without the windows;
    `updates` every window in order. `level` is the highest reached, 1..3. `pause_until` is when an open pause
    ends by itself, if it does. `conflicting`: events whose id another content had first (T9).
    """

    as_of: datetime
    known_at: datetime | None
    status: str
    severity: str
    level: int
    opened_at: datetime | None
    answered_at: datetime | None
    paused_since: datetime | None
    pause_until: datetime | None
    clocks: Mapping[str, Clock]
    updates: tuple[Clock, ...]
    breaches: tuple[Breach, ...]
    conflicting: tuple[Event, ...]
    updates_promised: bool

    @property
    def pending(self) -> tuple[Clock, ...]:
        """Clocks and the window that still run, those in a pause included."""
        every = (*self.clocks.values(), *self.updates[-1:])
        return tuple(clock for clock in every if clock.state == PENDING)
