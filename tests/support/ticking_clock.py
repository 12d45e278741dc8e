"""An independent reading of T1-T8 that lives through an incident in ticks of five minutes.

It shares no arithmetic with `controller.sla.clock`: each clock is a stopwatch that runs or stands, and is
late when it is asked to run on after its promise is used up. Events and promises lie on whole ticks.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from controller.sla.calendar import Calendar
from controller.sla.events import KINDS, Event
from controller.sla.plan import ALL_HOURS, Plan

TICK = timedelta(minutes=5)


@dataclass
class Stopwatch:
    key: str
    state: str = "not_started"
    promise: timedelta = timedelta(0)
    used: timedelta = timedelta(0)
    used_since_origin: timedelta = timedelta(0)
    full_at: datetime | None = None
    missed_at: datetime | None = None
    reached: dict[timedelta, datetime] = field(default_factory=dict)
    undoable: bool = False
    escalated: bool = False

    def change(self, promise: timedelta, mode: str, raised: bool, now: datetime) -> None:
        if self.state != "pending" and not self.undoable:
            return
        if mode == "restart":
            self.promise, self.used = promise, timedelta(0)
        elif mode == "fair" and raised:
            if promise < self.promise - self.used:
                self.promise, self.used = promise, timedelta(0)
        else:
            self.promise, self.used = promise, self.used_since_origin
            self.full_at = self.reached.get(promise) if self.used == promise else None
        self.look_back(now)

    def look_back(self, now: datetime) -> None:
        full = self.used == self.promise and self.full_at is not None and self.full_at < now
        if self.state == "pending" and (self.used > self.promise or full):
            self.state, self.missed_at = "breached", now


@dataclass
class Ticking:
    plan: Plan
    calendars: dict[str, Calendar]
    severity: str = ""
    open: bool = True
    answered: bool = False
    paused_until: datetime | None = None
    first: Stopwatch = field(default_factory=lambda: Stopwatch("first_response"))
    levels: list[Stopwatch] = field(
        default_factory=lambda: [Stopwatch("escalate_l2"), Stopwatch("escalate_l3")]
    )
    windows: list[Stopwatch] = field(default_factory=list)

    def live(self, events: list[Event], end: datetime) -> None:
        """From the opening to `end`, which is a tick."""
        events = sorted(events, key=lambda e: (e.at, e.recorded_at, KINDS.index(e.kind), e.id or ""))
        opened = events[0]
        self.severity = opened.severity or ""
        self.start(self.first)
        now, waiting = opened.at, events[1:]
        while True:
            if self.paused_until is not None and self.paused_until <= now:
                self.paused_until = None
            while waiting and waiting[0].at == now:
                self.happen(waiting.pop(0), now)
            if now >= end:
                break
            for watch in self.everything():
                self.run(watch, now)
            now += TICK
        if self.origin_at_deadline(self.first) or self.origin_at_deadline(self.windows[-1:] or None):
            self.climb()

    def everything(self) -> list[Stopwatch]:
        return [self.first, *self.windows, *self.levels]

    def stands(self, watch: Stopwatch) -> bool:
        return not self.open or (self.paused_until is not None and watch.key in self.plan.pausable)

    def run(self, watch: Stopwatch, now: datetime) -> None:
        if watch.state != "pending" or self.stands(watch):
            watch.reached[watch.used_since_origin] = now + TICK
            if watch.full_at is not None:
                watch.full_at = now + TICK  # what stands at its last moment is late when it runs again
            return
        if watch.used >= watch.promise:
            watch.state, watch.missed_at = "breached", watch.full_at
            if self.is_origin(watch):
                self.climb()  # the levels come later in this very tick, so that it counts
            return
        name = self.plan.hours.get(watch.key, ALL_HOURS)
        if name == ALL_HOURS or self.calendars[name].is_open(now):
            watch.used += TICK
            watch.used_since_origin += TICK
            watch.reached[watch.used_since_origin] = now + TICK
            if watch.used == watch.promise:
                watch.full_at = now + TICK

    def is_origin(self, watch: Stopwatch) -> bool:
        if self.plan.escalation_origin != "response_or_deadline":
            return False
        return watch is self.first or (not self.answered and watch in self.windows[-1:])

    def origin_at_deadline(self, watch: Stopwatch | list[Stopwatch] | None) -> bool:
        if isinstance(watch, list):
            watch = watch[0]
        if watch is None or watch.state != "pending" or self.stands(watch):
            return False
        return self.is_origin(watch) and watch.used == watch.promise

    def start(self, watch: Stopwatch) -> None:
        if watch.state == "not_started":
            watch.state, watch.promise = "pending", self.promised(watch.key)

    def promised(self, key: str) -> timedelta:
        return self.plan.severities[self.severity].promises[key].nominal

    def climb(self) -> None:
        for level in self.levels:
            self.start(level)

    def happen(self, event: Event, now: datetime) -> None:
        getattr(self, event.kind)(event, now)

    def opened(self, event: Event, now: datetime) -> None:
        pass

    def responded(self, event: Event, now: datetime) -> None:
        if event.auto or not self.open:
            return
        if not self.answered:
            self.answered = True
            self.end(self.first, "met")
            self.climb()
        self.next_window()

    updated_customer = responded

    def next_window(self) -> None:
        for window in self.windows:
            self.end(window, "met")
        self.windows.append(Stopwatch("update_every"))
        self.start(self.windows[-1])

    def end(self, watch: Stopwatch, state: str) -> bool:
        if watch.state == "pending":
            watch.state = state
            return True
        return False

    def severity_changed(self, event: Event, now: datetime) -> None:
        before = self.promised("first_response")
        self.severity = event.severity or ""
        raised = self.promised("first_response") < before
        for watch in [*self.levels, *self.windows, self.first]:
            was = watch.state
            watch.change(self.promised(watch.key), self.plan.severity_change, raised, now)
            if was == "pending" and watch.state == "breached" and self.is_origin(watch):
                self.climb()

    def escalated(self, event: Event, now: datetime) -> None:
        for needed, level in zip((2, 3), self.levels, strict=True):
            if (event.level or 0) >= needed:
                level.escalated = level.escalated or level.undoable
                if level.state in ("pending", "not_started"):
                    level.state = "met"

    def paused(self, event: Event, now: datetime) -> None:
        if self.paused_until is None:
            longest = self.plan.pause_max.nominal if self.plan.pause_max else timedelta(days=9999)
            self.paused_until = now + longest

    def resumed(self, event: Event, now: datetime) -> None:
        self.paused_until = None

    def resolved(self, event: Event, now: datetime) -> None:
        if not self.open:
            return
        self.open = False
        for watch in [self.first, *self.windows]:
            self.end(watch, "met")
        for level in self.levels:
            level.undoable = self.end(level, "not_needed")

    closed = resolved

    def reopened(self, event: Event, now: datetime) -> None:
        if self.open:
            return
        self.open = True
        for level in self.levels:
            if level.undoable:
                level.state = "met" if level.escalated else "pending"
                level.undoable = False
                level.look_back(now)
        self.next_window()
