"""A single clock while an incident's events are read: its origin, its stops, and how its deadline moves.

The only mutable thing in the core; it never leaves `evaluate`.
"""

from datetime import datetime, timedelta

from controller.sla.calendar import Calendar
from controller.sla.durations import Duration
from controller.sla.plan import Severity
from controller.sla.state import (
    BREACHED,
    MET,
    NOT_STARTED,
    PENDING,
    Clock,
    Fact,
    Step,
)

_NONE = timedelta(0)
_ABSENT = "absent"
"""The plan promises nothing here: never shown."""


class Stop:
    """What holds clocks now: `since` is when it began, None while they run.

    One for clocks that only a resolution holds (T8), one for those that a pause holds as well (T5); each is
    one stretch of time, so overlaps are counted once.
    """

    __slots__ = ("since",)

    def __init__(self) -> None:
        self.since: datetime | None = None


class Running:
    """`key` is the plan's name for the clock (`update_every`), `name` the verdict's (`update`)."""

    __slots__ = (
        "basis", "breached_at", "calendar", "decided_at", "decided_by", "due", "frozen", "key",
        "moved_while_held", "name", "origin", "promise", "restart", "satisfied", "severity", "started_by",
        "state", "steps", "stop", "stopped", "stopped_since_origin", "suspended", "verdict",
    )  # fmt: skip

    def __init__(self, key: str, name: str, calendar: Calendar, stop: Stop) -> None:
        self.key = key
        self.name = name
        self.calendar = calendar
        self.stop = stop
        self.state = NOT_STARTED
        self.origin: datetime | None = None
        self.basis: datetime | None = None
        self.promise: Duration | None = None
        self.due: datetime | None = None
        self.stopped = self.stopped_since_origin = _NONE
        self.severity = self.started_by = self.decided_by = ""
        self.decided_at: datetime | None = None
        self.breached_at: datetime | None = None
        self.satisfied: tuple[datetime, str] | None = None
        self.suspended = self.moved_while_held = False
        self.verdict: Clock | None = None
        self.frozen: tuple[timedelta, Step] | None = None
        self.restart = 0
        self.steps: tuple[Step, ...] = ()

    # Reading it.

    def overdue(self, now: datetime) -> bool:
        """Its deadline has passed, and nothing held it (T1: exactly at it is in time)."""
        return self.state == PENDING and self.stop.since is None and self.due is not None and self.due < now

    def reached(self, now: datetime) -> bool:
        return self.state == PENDING and self.stop.since is None and self.due == now

    def due_at(self, now: datetime) -> datetime | None:
        """The deadline, if what holds the clock ended now (T5)."""
        if self.basis is None or self.promise is None:
            return None
        stopped = self.stopped
        if self.stop.since is not None:
            stopped += self.calendar.open_between(max(self.stop.since, self.basis), now)
        return self.promise.after(self.basis, self.calendar, stopped)

    def shown(self, window: int) -> Clock | None:
        """The verdict on it; None when the plan promises nothing."""
        if self.suspended:
            return self.verdict  # kept as it was, whatever happens until a reopening
        if self.state == _ABSENT or (self.promise is None and self.state == PENDING):
            return None
        held = self.state == PENDING and self.stop.since is not None
        stopped, steps = self.stopped, self.steps
        if self.frozen is not None:
            stopped, steps = stopped + self.frozen[0], (*steps, self.frozen[1])
        return Clock(
            self.name, window, self.restart, self.state, None if held else self.due, self.origin,
            self.started_by, self.severity, self.promise, self.calendar, self.basis, stopped,
            self.decided_at, self.decided_by, self.breached_at, steps,
        )  # fmt: skip

    # Moving it. The caller has already read everything before `at`.

    def start(self, at: datetime, by: str, severity: Severity) -> None:
        if self.state != NOT_STARTED:
            return  # escalated before its origin: decided (T4)
        self.state = PENDING
        self.origin = self.basis = at
        self.started_by = by
        self.severity = severity.name
        self.promise = severity.promises.get(self.key)
        if self.stop.since is None and self.promise is not None:
            self.due = self.promise.after(at, self.calendar, _NONE)

    def decide(self, at: datetime, state: str, by: str) -> None:
        """Ends a pending or not yet started clock; any other keeps its verdict (T6)."""
        if self.state not in (PENDING, NOT_STARTED):
            return
        if self.promise is None:
            state = _ABSENT
        if self.stop.since is not None:
            self.due = self.due_at(at)
            self._freeze(self.stop.since, at)
        self.state, self.decided_at, self.decided_by = state, at, by

    def suspend(self, at: datetime, state: str, by: str) -> None:
        """Ends a pending clock so that a reopening can take it back (T8)."""
        if self.state == PENDING:
            self.decide(at, state, by)
            self.verdict = self.shown(0)
            self.suspended = True

    def satisfy(self, at: datetime, by: str) -> None:
        """An escalation. While the incident is resolved it is remembered for a reopening."""
        if self.suspended and self.satisfied is None and self.stop.since is not None:
            self.satisfied = (at, by)
            self.due = self.due_at(at)
            self._freeze(self.stop.since, at)
        self.decide(at, MET, by)

    def breach(self, at: datetime, due: datetime) -> None:
        self.state, self.due, self.breached_at, self.decided_at = BREACHED, due, at, at

    def held(self, since: datetime, until: datetime, by: str) -> None:
        """What held it from `since` has ended; `self.stop.since` is None again."""
        if self.origin is None or self.basis is None or not self._lives():
            return
        kept = self.calendar.open_between(max(since, self.basis), until)
        self.stopped += kept
        if self.basis is self.origin:
            self.stopped_since_origin += kept
        else:
            self.stopped_since_origin += self.calendar.open_between(max(since, self.origin), until)
        self._note("stopped", max(since, self.origin), {"until": until, "open": kept, "by": by})
        if self.state == PENDING:
            self.due = self.due_at(until)

    def take_back(self, at: datetime) -> None:
        """The reopening, after `held`: what only resolving had ended is pending again (T8)."""
        if not self.suspended:
            return
        self.suspended = False
        if self.satisfied is not None:
            self.state, (self.decided_at, self.decided_by) = MET, self.satisfied
            return
        self.frozen = None
        self.state, self.decided_at, self.decided_by = PENDING, None, ""
        self.due = self.due_at(at)
        if self.moved_while_held:
            self.moved_while_held = False
            self.breach_if_past(at)

    def retarget(self, at: datetime, severity: Severity, mode: str, raised: bool) -> None:
        """T6. A clock that is decided keeps its due and state; one that resolving ended may come back."""
        if self.origin is None or not self._lives():
            return
        promise = severity.promises.get(self.key)
        before = self.due_at(at)
        choice = "from_origin"
        if mode == "restart" or (mode == "fair" and raised):
            fresh = promise.after(at, self.calendar, _NONE) if promise is not None else None
            keeps = mode == "fair" and before is not None and fresh is not None and before <= fresh
            choice = "kept" if keeps else "restarted"
        if choice == "restarted":
            self.basis, self.stopped, self.promise = at, _NONE, promise
        elif choice == "from_origin":
            self.basis, self.stopped, self.promise = self.origin, self.stopped_since_origin, promise
        self.severity = severity.name
        after = self.due_at(at)
        self.restart += after != before
        self._note("retargeted", at, {
            "severity": severity.name, "mode": mode, "choice": choice, "before": before, "after": after,
        })  # fmt: skip
        if self.suspended:
            self.moved_while_held = True
            return
        self.due = after
        self.breach_if_past(at)

    def breach_if_past(self, at: datetime) -> None:
        """A deadline that a change of severity puts in the past is missed at that moment (T6)."""
        due = self.due_at(at)
        if self.state == PENDING and due is not None and due < at:
            if self.stop.since is not None:
                self._freeze(self.stop.since, at)
            self.breach(at, due)

    def _lives(self) -> bool:
        """Its deadline can still move: it runs, or a reopening may take it back."""
        return self.state == PENDING or (self.suspended and self.satisfied is None)

    def _freeze(self, since: datetime, at: datetime) -> None:
        """Decided while held: the verdict shows the stop as far as it had come, should it go on or not."""
        if self.basis is not None and self.promise is not None:
            start = max(since, self.basis)
            kept = self.calendar.open_between(start, at)
            self.frozen = kept, Step("stopped", start, {"until": at, "open": kept, "by": "still held"})

    def _note(self, kind: str, at: datetime, facts: dict[str, Fact]) -> None:
        self.steps = (*self.steps, Step(kind, at, facts))
