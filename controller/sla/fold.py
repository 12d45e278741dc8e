"""An incident's events read one after the other (contract.md T1-T9).

Before each event everything that fell due before it is settled, so that a verdict depends on what had
happened by then and on nothing that came later (T7).
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from controller.sla.calendar import Calendar
from controller.sla.events import Event
from controller.sla.plan import Plan
from controller.sla.running import Running, Stop
from controller.sla.state import CLOCK_ORDER, MET, NOT_NEEDED, NOT_STARTED, Breach, Clock, State


class Fold:
    """Mutable, and seen by nobody but `evaluate`."""

    def __init__(self, plan: Plan, calendars: Mapping[str, Calendar], opened: Event) -> None:
        self.plan = plan
        self.calendars = calendars
        self.severity = plan.severities[opened.severity or ""]
        self.resolved = Stop()
        self.resolved_or_paused = Stop()
        self.first_response = self._clock("first_response", "first_response")
        self.levels = (self._clock("escalate_l2", "escalate_l2"), self._clock("escalate_l3", "escalate_l3"))
        self.resolution = self._clock("resolution", "resolution")
        self.window: Running | None = None
        self.windows: list[Running] = []
        self.status = "open"
        self.level = 1
        self.opened_at = opened.at
        self.answered_at: datetime | None = None
        self.climbing = False  # levels 2 and 3 have their origin
        self.reopened = False
        self.paused_since: datetime | None = None
        self.pause_until: datetime | None = None
        self.by_deadline = plan.escalation_origin == "response_or_deadline"
        self.first_response.start(opened.at, "opened", self.severity)
        self.resolution.start(opened.at, "opened", self.severity)

    def take(self, event: Event) -> None:
        """The next event in order."""
        self._advance(event.at)
        _HANDLERS[event.kind](self, event)

    def state(self, as_of: datetime, known_at: datetime | None, conflicting: tuple[Event, ...]) -> State:
        """The verdict, once; `as_of` is not before the last event."""
        self._advance(as_of)
        self._reach_origin(as_of)
        windows = self.windows if self.window is None else [*self.windows, self.window]
        updates: list[Clock] = []
        for window in windows:
            if (shown := window.shown(len(updates))) is not None:
                updates.append(shown)
        clocks = {clock.name: clock for clock in map(self._shown, self._singles()) if clock is not None}
        return State(
            as_of=as_of, known_at=known_at, status=self.status, severity=self.severity.name, level=self.level,
            opened_at=self.opened_at, answered_at=self.answered_at, paused_since=self.paused_since,
            pause_until=self.pause_until, clocks=clocks, updates=tuple(updates),
            breaches=_breaches([*clocks.values(), *updates]), conflicting=conflicting,
            updates_promised=bool(updates) or "update_every" in self.severity.promises,
        )  # fmt: skip

    # What happens by itself as time passes.

    def _advance(self, now: datetime) -> None:
        """Settles what fell due before `now`, and ends a pause that has lasted its maximum by then (T5)."""
        if self.pause_until is not None and self.pause_until <= now:
            ended = self.pause_until
            self._expire(ended)
            self._resume(ended, "pause_max")
        self._expire(now)

    def _expire(self, now: datetime) -> None:
        if self.first_response.overdue(now):
            self._miss(self.first_response)
        if self.window is not None and self.window.overdue(now):
            self._miss(self.window)
        for clock in (*self.levels, self.resolution):
            if clock.overdue(now):
                self._miss(clock)

    def _miss(self, clock: Running) -> None:
        assert clock.due is not None
        clock.breach(clock.due, clock.due)
        self._climb_from_breach(clock)

    def _climb_from_breach(self, clock: Running) -> None:
        """Under `response_or_deadline` a forgotten incident climbs from the deadline nobody kept (T4)."""
        if clock.breached_at is not None and self._is_origin(clock):
            self._climb(clock.breached_at, f"{clock.name}_deadline")

    def _is_origin(self, clock: Running | None) -> bool:
        if not self.by_deadline or self.climbing or clock is None:
            return False
        return clock is self.first_response or (clock is self.window and self.answered_at is None)

    def _reach_origin(self, now: datetime) -> None:
        """At exactly the deadline it is not missed yet, but the levels have their origin (T4)."""
        for clock in (self.first_response, self.window):
            if clock is not None and self._is_origin(clock) and clock.reached(now):
                self._climb(now, f"{clock.name}_deadline")

    def _climb(self, at: datetime, by: str) -> None:
        if self.climbing:
            return
        self.climbing = True
        for level in self.levels:
            level.start(at, by, self.severity)

    # What each kind of event does.

    def _again(self, event: Event) -> None:
        """An incident opens once; a second opening says nothing to its clocks."""

    def _message(self, event: Event) -> None:
        if event.auto or self.status != "open":
            return
        if self.answered_at is None:
            counts = self.severity.contact_counts
            if counts and event.channel not in counts and not self.reopened:
                return
            self.answered_at = event.at
            self.first_response.decide(event.at, MET, event.kind)
            self._climb(event.at, event.kind)
        self._next_window(event.at, event.kind)

    def _next_window(self, at: datetime, by: str) -> None:
        self._end_window(at, by)
        self.window = self._clock("update_every", "update")
        self.window.start(at, by, self.severity)

    def _end_window(self, at: datetime, by: str) -> None:
        if self.window is not None:
            self.window.decide(at, MET, by)
            self.windows.append(self.window)
            self.window = None

    def _change_severity(self, event: Event) -> None:
        new = self.plan.severities[event.severity or ""]
        raised = new.more_severe_than(self.severity)
        self.severity = new
        # The levels first: those that start here, from a deadline now past, start with the new promise.
        for clock in (self.resolution, *self.levels, self.window, self.first_response):
            if clock is not None:
                clock.retarget(event.at, new, self.plan.severity_change, raised)
        for clock in (self.first_response, self.window):
            if clock is not None:
                self._climb_from_breach(clock)

    def _escalate(self, event: Event) -> None:
        level = event.level or 0
        self.level = max(self.level, level)
        for needed, clock in zip((2, 3), self.levels, strict=True):
            if level >= needed:
                if clock.state == NOT_STARTED:
                    clock.severity, clock.promise = self.severity.name, self.severity.promises.get(clock.key)
                clock.satisfy(event.at, event.by or "escalated")

    def _pause(self, event: Event) -> None:
        if self.paused_since is not None:
            return
        self.paused_since = event.at
        if self.plan.pause_max is not None:
            self.pause_until = event.at + self.plan.pause_max.nominal
        self.resolved_or_paused.since = self.resolved_or_paused.since or event.at

    def _unpause(self, event: Event) -> None:
        if self.paused_since is not None:
            self._resume(event.at, "resumed")

    def _resume(self, at: datetime, by: str) -> None:
        self.paused_since = self.pause_until = None
        if self.status == "open":
            self._let_go(self.resolved_or_paused, at, by)

    def _resolve(self, event: Event) -> None:
        was_open = self.status == "open"
        self.status = "closed" if event.kind == "closed" or self.status == "closed" else "resolved"
        if not was_open:
            return
        self.first_response.decide(event.at, MET, event.kind)
        self._end_window(event.at, event.kind)
        for level in self.levels:
            level.suspend(event.at, NOT_NEEDED, event.kind)
        self.resolution.suspend(event.at, MET, event.kind)
        self.resolved.since = event.at
        self.resolved_or_paused.since = self.resolved_or_paused.since or event.at

    def _reopen(self, event: Event) -> None:
        if self.status == "open":
            return
        self.status, self.reopened = "open", True
        self._let_go(self.resolved, event.at, "reopened")
        if self.paused_since is None:
            self._let_go(self.resolved_or_paused, event.at, "reopened")
        for clock in (*self.levels, self.resolution):
            clock.take_back(event.at)
        self._next_window(event.at, event.kind)

    def _let_go(self, stop: Stop, at: datetime, by: str) -> None:
        since, stop.since = stop.since, None
        if since is None:
            return
        for clock in (*self._singles(), self.window):
            if clock is not None and clock.stop is stop:
                clock.held(since, at, by)

    # Small print.

    def _clock(self, key: str, name: str) -> Running:
        stop = self.resolved_or_paused if key in self.plan.pausable else self.resolved
        return Running(key, name, self.plan.calendar(key, self.calendars), stop)

    def _singles(self) -> tuple[Running, ...]:
        return (self.first_response, *self.levels, self.resolution)

    def _shown(self, clock: Running) -> Clock | None:
        if clock.state == NOT_STARTED and clock.key not in self.severity.promises:
            return None
        return clock.shown(0)


def unopened(
    plan: Plan,
    calendars: Mapping[str, Calendar],
    as_of: datetime,
    known_at: datetime | None,
    conflicting: tuple[Event, ...],
) -> State:
    """Nothing is known of an opening yet: every clock the plan has is still to start."""
    promised = {key for severity in plan.severities.values() for key in severity.promises}
    clocks = {
        key: Running(key, key, plan.calendar(key, calendars), Stop()).shown(0)
        for key in CLOCK_ORDER
        if key in promised
    }
    return State(
        as_of=as_of, known_at=known_at, status="not_opened", severity="", level=1, opened_at=None,
        answered_at=None, paused_since=None, pause_until=None,
        clocks={name: clock for name, clock in clocks.items() if clock is not None}, updates=(), breaches=(),
        conflicting=conflicting, updates_promised="update_every" in promised,
    )  # fmt: skip


def _breaches(clocks: list[Clock]) -> tuple[Breach, ...]:
    """In order of time; at one instant in the order of the clocks."""
    missed = [Breach(c.name, c.breached_at, c.window) for c in clocks if c.breached_at is not None]
    missed.sort(key=lambda breach: (breach.at, CLOCK_ORDER.index(breach.clock), breach.window))
    return tuple(missed)


_HANDLERS: dict[str, Callable[[Fold, Event], None]] = {
    "opened": Fold._again,
    "reopened": Fold._reopen,
    "responded": Fold._message,
    "updated_customer": Fold._message,
    "severity_changed": Fold._change_severity,
    "escalated": Fold._escalate,
    "paused": Fold._pause,
    "resumed": Fold._unpause,
    "resolved": Fold._resolve,
    "closed": Fold._resolve,
}
