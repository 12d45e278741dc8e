"""The figures of `vigia report`, computed a second time from `vigia incidents export` alone.

It shares no line with Vigía. Time that an incident spent resolved is cut out first, so that on the axis that
is left every clock is a sum; the product moves deadlines instead. Plans without pauses and hours only.

    vigia incidents export --from 2026-01-01 --to 2026-12-31 | python bench/recompute_report.py
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

KINDS = ("opened reopened responded updated_customer severity_changed escalated paused resumed resolved "
         "closed").split()  # fmt: skip
Case = dict[str, Any]
Figures = dict[str, dict[str, Counter[str]]]


@dataclass
class Promise:
    """A clock on the incident's own axis: minutes since it was opened, resolved time left out."""

    key: str
    state: str = "idle"
    origin: float = 0.0
    due: float = 0.0
    severity: str = ""
    missed_at: float | None = None
    ended_at: float = 0.0


class Incident:
    def __init__(self, case: Case) -> None:
        policy = case["policy"]
        if policy["pausable"]:
            raise SystemExit(f"{case['id']}: plans with pauses are beyond this script")
        self.promises = policy["severities"]
        self.policy = policy
        if case.get("calendars"):
            raise SystemExit(f"{case['id']}: plans with opening hours are beyond this script")
        as_of = read(case["expect"]["as_of"])
        seen = [event for event in case["events"] if read(event["at"]) <= as_of]
        seen.sort(key=lambda e: (read(e["at"]), read(e["recorded_at"]), KINDS.index(e["kind"]), e["id"]))
        start = next(i for i, event in enumerate(seen) if event["kind"] == "opened")
        self.opened, self.severity = read(seen[start]["at"]), seen[start]["severity"]
        self.lost = timedelta(0)
        self.ended: datetime | None = None
        self.answered = self.reopened = False
        self.merged = self.cut = False  # closed for being another's duplicate, which kept no promise
        self.response = Promise("first_response")
        self.levels = {2: Promise("escalate_l2"), 3: Promise("escalate_l3")}
        self.window: Promise | None = None
        self.windows: list[Promise] = []
        self.begin(self.response, 0.0)
        self.climbs: list[str] = []
        for event in seen[start + 1 :]:
            self.happen(event, self.minute(read(event["at"])))
        self.expire(self.minute(as_of))

    def minute(self, at: datetime) -> float:
        """A reading of the own axis; it stands still while the incident is resolved."""
        return (min(at, self.ended or at) - self.opened - self.lost) / timedelta(minutes=1)

    def begin(self, clock: Promise, now: float) -> None:
        length = self.promises[self.severity].get(clock.key)
        if clock.state == "idle" and length is not None:
            clock.state, clock.origin, clock.due, clock.severity = "runs", now, now + length, self.severity

    def climb(self, now: float) -> None:
        for level in self.levels.values():
            self.begin(level, now)

    def expire(self, now: float) -> None:
        if self.ended is not None:
            return
        for clock in (self.response, self.window, *self.levels.values()):
            if clock is not None and clock.state == "runs" and clock.due < now:
                self.miss(clock, clock.due)

    def miss(self, clock: Promise, at: float) -> None:
        clock.state, clock.missed_at, clock.ended_at = "missed", at, at
        nobody = clock is self.response or (clock is self.window and not self.answered)
        if nobody and self.policy["escalation_origin"] == "response_or_deadline":
            self.climb(at)

    def end(self, clock: Promise | None, now: float, state: str = "kept") -> None:
        if clock is not None and clock.state == "runs":
            clock.state, clock.ended_at = state, now

    def happen(self, event: Case, now: float) -> None:
        self.expire(now)
        kind = event["kind"]
        if kind in ("responded", "updated_customer") and not event.get("auto") and self.ended is None:
            self.message(event, now)
        elif kind == "severity_changed":
            self.change(event["severity"], now)
        elif kind == "escalated":
            self.reach(event, now)
        elif kind in ("resolved", "closed") and self.ended is None:
            self.merged = event.get("reason") == "merged_into_another"
            self.cut |= self.merged and self.response.state == "runs"
            self.end(self.response, now)
            self.turn(None, now)
            for clock in self.levels.values():
                self.end(clock, now, "spared")
            self.ended = read(event["at"])
        elif kind == "reopened" and self.ended is not None:
            self.lost += read(event["at"]) - self.ended
            self.ended, self.reopened, self.merged = None, True, False
            self.resume(now)

    def reach(self, event: Case, now: float) -> None:
        self.climbs.append("engine" if event.get("by") == "engine" else "person")
        for level, clock in self.levels.items():
            if level <= event["level"] and clock.state in ("idle", "runs", "spared"):
                if clock.state == "idle":
                    clock.severity = self.severity
                clock.state, clock.ended_at = "kept", now

    def resume(self, now: float) -> None:
        for clock in self.levels.values():
            if clock.state == "spared":
                clock.state, clock.severity = "runs", self.severity
                if clock.due < now:
                    self.miss(clock, now)
        self.turn(Promise("update_every"), now)

    def message(self, event: Case, now: float) -> None:
        if not self.answered:
            counts = self.policy.get("contact_methods", {}).get(self.severity, [])
            if counts and event.get("channel") not in counts and not self.reopened:
                return
            self.answered = True
            self.end(self.response, now)
            self.climb(now)
        self.turn(Promise("update_every"), now)

    def turn(self, fresh: Promise | None, now: float) -> None:
        if self.window is not None:
            self.end(self.window, now)
            self.windows.append(self.window)
        self.window = fresh
        if fresh is not None:
            self.begin(fresh, now)

    def change(self, severity: str, now: float) -> None:
        before, after = self.promises[self.severity], self.promises[severity]
        raised = after["first_response"] < before["first_response"]
        self.severity = severity
        for clock in (*self.levels.values(), self.window, self.response):
            if clock is None or clock.state not in ("runs", "spared"):
                continue
            mode = self.policy["severity_change"]
            if mode == "restart" or (mode == "fair" and raised):
                fresh = now + after[clock.key]
                clock.due = fresh if mode == "restart" else min(clock.due, fresh)
            else:
                clock.due = clock.origin + after[clock.key]
            if clock.state == "runs":
                clock.severity = severity
                if clock.due < now:
                    self.miss(clock, now)

    def verdicts(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(outcome, severity at the decision) of the first response, and of escalation and updates."""
        first = self.response.state if self.response.state in ("kept", "missed") else "undecided"
        first = "undecided" if self.cut and first == "kept" else first
        windows = self.windows + ([self.window] if self.window else [])
        rest = [*windows, *self.levels.values()]
        missed = [clock for clock in rest if clock.missed_at is not None]
        if missed:
            second = "missed", min(missed, key=lambda clock: clock.missed_at or 0.0).severity
        elif self.merged or not windows or any(clock.state not in ("kept", "spared") for clock in rest):
            second = "undecided", self.severity
        else:
            # Of those that ended together the last window: it lived until then.
            second = "kept", max(reversed(rest), key=lambda c: (c.ended_at, c.key == "update_every")).severity
        return (first, self.response.severity if first != "undecided" else self.severity), second


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def recompute(cases: Iterable[Case]) -> Figures:
    """Group ("total", "customer:NAME", "severity:NAME", "month:2026-03") -> promise -> outcomes counted."""
    found: Figures = defaultdict(lambda: defaultdict(Counter))
    for case in cases:
        incident = Incident(case)
        month = incident.opened.astimezone(ZoneInfo(case["plan"]["zone"])).strftime("%Y-%m")
        for name, (outcome, severity) in zip(
            ("first_response", "escalation_and_update"), incident.verdicts(), strict=True
        ):
            for group in ("total", f"customer:{case['customer']}", f"severity:{severity}", f"month:{month}"):
                found[group][name][outcome] += 1
        found["total"]["escalated_by"].update(incident.climbs)
    return found


def main() -> None:
    for group, promises in sorted(recompute(json.loads(line) for line in sys.stdin).items()):
        for promise, counted in promises.items():
            print(f"{group:28} {promise:22} " + "  ".join(f"{k} {v}" for k, v in sorted(counted.items())))


if __name__ == "__main__":
    main()
