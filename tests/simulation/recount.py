"""The figures of `vigia report`, counted a second time from `vigia incidents export` by other arithmetic.

    vigia incidents export > history.jsonl && python tests/simulation/recount.py history.jsonl

Standard library only, and no line of Vigía. Opening hours are laid out as a list of stretches, what stood
still is cut out of it, and a deadline is found by walking along what is left; the product adds lengths to
instants. It knows hours, holidays, pauses, reopenings and changes of severity. Beyond it: promises in days on
hours that close, hours that touch a night in which clocks change, merged incidents.
"""

import json
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

KINDS = ("opened reopened responded updated_customer severity_changed escalated paused resumed resolved "
         "closed").split()  # fmt: skip
FAR = datetime(9000, 1, 1, tzinfo=UTC)
Stretch = tuple[datetime, datetime]


@cache
def laid_out(written: str, first: date, days: int) -> tuple[Stretch, ...]:
    """A calendar's open stretches, day after day on its own wall clock."""
    calendar = json.loads(written)
    zone = ZoneInfo(calendar["timezone"])
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        if day.isoformat() in calendar["holidays"]:
            continue
        for start, end in calendar["weekly"].get(day.strftime("%a").lower(), []):
            until = day if end > start else day + timedelta(days=1)
            found.append((on_wall(day, start, zone), on_wall(until, end, zone)))
    return tuple(found)


def on_wall(day: date, written: str, zone: ZoneInfo) -> datetime:
    if written == "24:00":
        day, written = day + timedelta(days=1), "00:00"
    return datetime.combine(day, time.fromisoformat(written), zone).astimezone(UTC)


def walk(open_: tuple[Stretch, ...], stops: list[Stretch], start: datetime, length: timedelta) -> datetime:
    """Where `length` of open time that was not stopped has passed since `start`."""
    left = length
    place = max(0, bisect_right(open_, (start, FAR)) - 1)
    for opened, closed in open_[place:]:
        here = max(opened, start)
        for since, until in [*sorted(stops), (FAR, FAR)]:
            end = min(closed, max(since, here))
            if end - here >= left:
                return here + left
            left -= max(timedelta(0), end - here)
            here = max(here, min(until, FAR))
            if here >= closed:
                break
    return FAR


class Clock:
    def __init__(self, key: str, open_: tuple[Stretch, ...], pausable: bool) -> None:
        self.key, self.open, self.pausable = key, open_, pausable
        self.state, self.severity = "idle", ""
        self.basis = self.origin = self.ended_at = FAR
        self.length = timedelta(0)
        self.missed_at: datetime | None = None


class Incident:
    def __init__(self, case: dict[str, Any]) -> None:
        self.policy = case["policy"]
        self.calendars = case.get("calendars", {})
        as_of = read(case["expect"]["as_of"])
        seen = [event for event in case["events"] if read(event["at"]) <= as_of]
        seen.sort(key=lambda e: (read(e["at"]), read(e["recorded_at"]), KINDS.index(e["kind"]), e["id"]))
        begun = next(place for place, event in enumerate(seen) if event["kind"] == "opened")
        self.opened, self.severity = read(seen[begun]["at"]), seen[begun]["severity"]
        self.held: dict[str, list[Stretch]] = {"resolved": [], "paused": []}
        self.since: dict[str, datetime | None] = {"resolved": None, "paused": None}
        self.pause_ends = FAR
        self.answered = self.reopened = False
        self.climbs: list[str] = []
        self.response = self.made("first_response")
        self.levels = {2: self.made("escalate_l2"), 3: self.made("escalate_l3")}
        self.window: Clock | None = None
        self.windows: list[Clock] = []
        self.begin(self.response, self.opened)
        for event in seen[begun + 1 :]:
            self.pass_until(read(event["at"]))
            self.happen(event, read(event["at"]))
        self.pass_until(as_of)

    def made(self, key: str) -> Clock:
        name = self.policy.get("hours", {}).get(key, "24x7")
        if name == "24x7":
            open_: tuple[Stretch, ...] = ((datetime(1970, 1, 1, tzinfo=UTC), FAR),)
        else:
            first = date(self.opened.year, 1, 1) - timedelta(days=7)
            open_ = laid_out(json.dumps(self.calendars[name], sort_keys=True), first, 800)
        return Clock(key, open_, key in self.policy["pausable"])

    def stops(self, clock: Clock, now: datetime) -> list[Stretch]:
        """What held this clock so far, overlaps joined; what holds it still is taken to end now."""
        kinds = ("resolved", "paused") if clock.pausable else ("resolved",)
        lasting = [(since, now) for kind in kinds if (since := self.since[kind]) is not None]
        every = sorted([*(stretch for kind in kinds for stretch in self.held[kind]), *lasting])
        joined: list[Stretch] = []
        for since, until in every:
            if joined and since <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(until, joined[-1][1]))
            else:
                joined.append((since, until))
        return joined

    def is_held(self, clock: Clock) -> bool:
        return bool(self.since["resolved"] or (clock.pausable and self.since["paused"]))

    def due(self, clock: Clock, now: datetime) -> datetime:
        return walk(clock.open, self.stops(clock, now), clock.basis, clock.length)

    def promised(self, key: str, severity: str) -> timedelta:
        length = self.policy["severities"][severity][key]
        if isinstance(length, str):
            raise SystemExit("promises in days on hours that close are beyond this script")
        return timedelta(minutes=length)

    def begin(self, clock: Clock, at: datetime) -> None:
        if clock.state == "idle" and clock.key in self.policy["severities"][self.severity]:
            clock.state, clock.severity = "runs", self.severity
            clock.origin = clock.basis = at
            clock.length = self.promised(clock.key, self.severity)

    def climb(self, at: datetime) -> None:
        for level in self.levels.values():
            self.begin(level, at)

    def pass_until(self, now: datetime) -> None:
        if self.since["paused"] and self.pause_ends <= now:
            ends = self.pause_ends
            self.expire(ends)
            self.let_go("paused", ends)
        self.expire(now)

    def expire(self, now: datetime) -> None:
        for clock in (self.response, self.window, *self.levels.values()):
            if clock is not None and clock.state == "runs" and not self.is_held(clock):
                due = self.due(clock, now)
                if due < now:
                    self.miss(clock, due)

    def miss(self, clock: Clock, at: datetime) -> None:
        clock.state, clock.missed_at, clock.ended_at = "missed", at, at
        nobody = clock is self.response or (clock is self.window and not self.answered)
        if nobody and self.policy["escalation_origin"] == "response_or_deadline":
            self.climb(at)

    def end(self, clock: Clock | None, at: datetime, state: str = "kept") -> None:
        if clock is not None and clock.state == "runs":
            clock.state, clock.ended_at = state, at

    def let_go(self, kind: str, at: datetime) -> None:
        since = self.since[kind]
        if since is not None:
            self.held[kind].append((since, at))
        self.since[kind] = None

    def happen(self, event: dict[str, Any], at: datetime) -> None:
        kind, is_open = event["kind"], self.since["resolved"] is None
        if kind in ("responded", "updated_customer") and not event.get("auto") and is_open:
            self.message(event, at)
        elif kind == "severity_changed":
            self.change(event["severity"], at)
        elif kind == "escalated":
            self.reach(event, at)
        elif kind == "paused" and not self.since["paused"]:
            self.since["paused"] = at
            longest = self.policy.get("pause_max")
            self.pause_ends = at + timedelta(minutes=longest) if longest is not None else FAR
        elif kind == "resumed":
            self.let_go("paused", at)
        elif kind in ("resolved", "closed") and is_open:
            self.end(self.response, at)
            self.turn(None, at)
            for clock in self.levels.values():
                self.end(clock, at, "spared")
            self.since["resolved"] = at
        elif kind == "reopened" and not is_open:
            self.let_go("resolved", at)
            self.reopened = True
            for clock in self.levels.values():
                if clock.state == "spared":
                    clock.state = "runs"
            self.turn(self.made("update_every"), at)

    def reach(self, event: dict[str, Any], at: datetime) -> None:
        self.climbs.append("engine" if event.get("by") == "engine" else "person")
        for level, clock in self.levels.items():
            if level <= event["level"] and clock.state in ("idle", "runs", "spared"):
                if clock.state == "idle":
                    clock.severity = self.severity
                clock.state, clock.ended_at = "kept", at

    def message(self, event: dict[str, Any], at: datetime) -> None:
        if not self.answered:
            counts = self.policy.get("contact_methods", {}).get(self.severity, [])
            if counts and event.get("channel") not in counts and not self.reopened:
                return
            self.answered = True
            self.end(self.response, at)
            self.climb(at)
        self.turn(self.made("update_every"), at)

    def turn(self, fresh: Clock | None, at: datetime) -> None:
        if self.window is not None:
            self.end(self.window, at)
            self.windows.append(self.window)
        self.window = fresh
        if fresh is not None:
            self.begin(fresh, at)

    def change(self, severity: str, at: datetime) -> None:
        response = "first_response"
        raised = self.promised(response, severity) < self.promised(response, self.severity)
        self.severity = severity
        mode = self.policy["severity_change"]
        for clock in (*self.levels.values(), self.window, self.response):
            if clock is None or clock.state not in ("runs", "spared"):
                continue
            length = self.promised(clock.key, severity)
            if mode == "restart" or (mode == "fair" and raised):
                before = self.due(clock, at)
                fresh = walk(clock.open, [], at, length)
                if mode == "restart" or fresh < before:
                    clock.basis, clock.length = at, length
            else:
                clock.basis, clock.length = clock.origin, length
            clock.severity = severity
            if clock.state == "runs" and self.due(clock, at) < at:
                self.miss(clock, at)

    def verdicts(self) -> tuple[tuple[str, str], tuple[str, str]]:
        """(outcome, severity at the decision) of the first response, and of escalation and updates."""
        decided = self.response.state in ("kept", "missed")
        first = (self.response.state, self.response.severity) if decided else ("undecided", self.severity)
        windows = [*self.windows, *([self.window] if self.window else [])]
        rest = [*windows, *self.levels.values()]
        missed = [clock for clock in rest if clock.missed_at is not None]
        if missed:
            return first, ("missed", min(missed, key=lambda clock: clock.missed_at or FAR).severity)
        if not windows or any(clock.state not in ("kept", "spared") for clock in rest):
            return first, ("undecided", self.severity)
        # Of those that ended together the last window: it lived until then.
        last = max(reversed(rest), key=lambda clock: (clock.ended_at, clock.key == "update_every"))
        return first, ("kept", last.severity)


def read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def recount(lines: list[str]) -> dict[str, dict[str, dict[str, int]]]:
    """Group ("total", "customer:NAME", "month:2026-03", "severity:NAME") -> what -> how many."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for line in lines:
        case = json.loads(line)
        one = Incident(case)
        day = one.opened.astimezone(ZoneInfo(case["plan"]["zone"]))
        groups = ("total", f"customer:{case['customer']}", f"month:{day:%Y-%m}")
        for name, (outcome, severity) in zip(
            ("first_response", "escalation_and_update"), one.verdicts(), strict=True
        ):
            for group in (*groups, f"severity:{severity}"):
                found[group][name][outcome] += 1
        for group in groups:
            found[group]["escalated"].update(one.climbs)
    return {group: {name: dict(n) for name, n in one.items()} for group, one in found.items()}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        json.dump(recount(file.readlines()), sys.stdout)
