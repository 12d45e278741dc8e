"""The judge: readings in, findings out. Holds, hysteresis, one identity per (rule, object), and memory.

Unknown never raises and never clears: a reading without a value says nothing. A hold is built from readings
alone: after a silence longer than `BLIND_MAX_S` (a `Seldom` rule's own), or when the clock was set back, it
starts again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from agent.errors import AgentError
from agent.role import Role
from agent.rules.rule import Hearing, Level, Rule, Seldom, Sight
from agent.rules.terms import Values, terms_of
from agent.rules.track import RANK, Hold, Track, track_from_json, track_to_json
from agent.signals import Finding, FindingState, Reading

BLIND_MAX_S = 90.0
GONE_S = 600.0
VERSION = 1


class StateUnusable(AgentError):
    """What was kept of the judge's state cannot be read; the judge itself is unchanged."""


class Judge:
    """Owns what is open. Not thread-safe: one caller."""

    def __init__(
        self,
        role: Role,
        new_id: Callable[[], str],
        rules: Sequence[Rule],
        limits: Values | None = None,
        watched: Collection[str] = (),
    ) -> None:
        self._new_id = new_id
        self._terms = {rule.id: terms_of(rule, role, limits or {}, watched) for rule in rules}
        self._rules: dict[str, list[Rule]] = {}
        for rule in rules:
            self._rules.setdefault(rule.reads, []).append(rule)
            if isinstance(rule, Hearing):
                self._rules.setdefault(rule.hears, []).append(rule)
        self._known = {rule.id for rule in rules}
        self._blind_max_s = {rule.id: rule.blind_max_s for rule in rules if isinstance(rule, Seldom)}
        self._tracks: dict[tuple[str, str], Track] = {}
        self._memory: dict[str, dict[str, Any]] = {}

    def judge(self, reading: Reading, now: datetime) -> list[Finding]:
        """What this reading changes: raised, raised with another severity, or cleared. Often nothing."""
        changes: list[Finding] = []
        for rule in self._rules.get(reading.collector.partition(":")[0], ()):
            memory = self._memory.setdefault(rule.id, {})
            seen = set()
            for sight in rule.look(reading, self._terms[rule.id], memory):
                seen.add(sight.object)
                track = self._tracks.setdefault((rule.id, sight.object), Track(rule.id, sight.object))
                track.source = reading.collector
                changes += self._weigh(rule, track, sight, reading.taken_at, now)
            if rule.forgets and reading.metrics and not reading.gaps:
                changes += self._gone(rule, seen, reading, now)
        return changes

    def open_conditions(self) -> tuple[Finding, ...]:
        """Every finding that is raised and not cleared, with its present severity and latest facts."""
        return tuple(track.finding for track in self._tracks.values() if track.finding)

    def retire(self, watches: Collection[str], now: datetime) -> list[Finding]:
        """Clears what is open about watches that are no longer configured. To be called after `load`."""
        changes = []
        for (rule, name), track in list(self._tracks.items()):
            if rule == "watch.down" and name not in watches:
                changes += self._cleared(track, now, now, gone=True)
                del self._tracks[rule, name]
        return changes

    def dump(self) -> dict[str, Any]:
        """Plain JSON values from which `load` goes on, findings' identities included."""
        tracks = [track_to_json(track) for track in self._tracks.values() if track.alive]
        return {"version": VERSION, "tracks": tracks, "memory": self._memory}

    def load(self, state: Mapping[str, Any]) -> None:
        """Goes on from a dump. Raises StateUnusable; rules that no longer exist are left out."""
        try:
            if state["version"] != VERSION:
                raise ValueError(f"version {state['version']} is not {VERSION}")
            tracks = [track_from_json(value) for value in state["tracks"]]
            memory = {str(rule): dict(value) for rule, value in state["memory"].items()}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StateUnusable(f"judge state: {type(error).__name__}: {error}") from None
        self._tracks = {(track.rule, track.object): track for track in tracks if track.rule in self._known}
        self._memory = {rule: value for rule, value in memory.items() if rule in self._known}

    def _weigh(self, rule: Rule, track: Track, sight: Sight, at: datetime, now: datetime) -> list[Finding]:
        blind_s = (at - track.seen_at).total_seconds() if track.seen_at else 0.0
        if not 0 <= blind_s <= self._blind_max_s.get(rule.id, BLIND_MAX_S):
            track.entered.clear()
            track.leaving.clear()
        track.seen_at = at
        ended_at = at
        for level in sight.levels:
            _enter(track, level, sight.since or at, at)
            ended_at = _leave(track, level, rule.clear_s, at) or ended_at
        if track.active:
            return self._raised(track, sight, at, now)
        return self._cleared(track, ended_at, now, facts=sight.facts)

    def _raised(self, track: Track, sight: Sight, at: datetime, now: datetime) -> list[Finding]:
        severity = max(track.active, key=RANK.__getitem__)
        before = track.finding
        began_at = before.began_at if before else min(track.active.values())
        if before and sight.occurrence > track.occurrence:
            before, began_at = None, sight.since or at
        track.occurrence = sight.occurrence
        track.finding = Finding(
            finding_id=before.finding_id if before else self._new_id(),
            rule=track.rule,
            object=track.object,
            state=FindingState.RAISED,
            severity=severity,
            began_at=began_at,
            observed_at=now if before is None or before.severity is not severity else before.observed_at,
            facts=dict(sight.facts),
        )
        return [] if before and before.severity is severity else [track.finding]

    def _cleared(
        self,
        track: Track,
        ended_at: datetime,
        now: datetime,
        *,
        facts: Mapping[str, str] | None = None,
        gone: bool = False,
    ) -> list[Finding]:
        finding, track.finding = track.finding, None
        if finding is None:
            return []
        told = {**finding.facts, **(facts or {})}
        if gone:
            told["gone"] = "1"
        return [
            Finding(
                finding_id=finding.finding_id,
                rule=finding.rule,
                object=finding.object,
                state=FindingState.CLEARED,
                severity=finding.severity,
                began_at=max(ended_at, finding.began_at),
                observed_at=now,
                facts=told,
            )
        ]

    def _gone(self, rule: Rule, seen: Collection[str], reading: Reading, now: datetime) -> list[Finding]:
        """An object that its collector's complete readings no longer show, for `GONE_S`, has no symptom."""
        changes = []
        for key, track in list(self._tracks.items()):
            if track.rule != rule.id or track.object in seen or track.seen_at is None:
                continue
            if track.source not in ("", reading.collector):
                continue  # a disk that the other tool shows
            if reading.taken_at - track.seen_at > timedelta(seconds=GONE_S):
                changes += self._cleared(track, track.seen_at, now, gone=True)
                del self._tracks[key]
        return changes


def _enter(track: Track, level: Level, since: datetime, at: datetime) -> None:
    """Begins, keeps or gives up a hold; at its end the level is active since the symptom's beginning."""
    if not level.entered:
        track.entered.pop(level.severity, None)
        return
    hold = track.entered.setdefault(level.severity, Hold(at, since))
    if level.severity not in track.active and (at - hold.at).total_seconds() >= level.hold_s:
        track.active[level.severity] = hold.began_at


def _leave(track: Track, level: Level, clear_s: float, at: datetime) -> datetime | None:
    """Ends an active level that has been left for `clear_s`; says since when, else None."""
    if level.severity not in track.active or not level.left:
        track.leaving.pop(level.severity, None)
        return None
    since = track.leaving.setdefault(level.severity, at)
    if (at - since).total_seconds() < clear_s:
        return None
    del track.active[level.severity]
    del track.leaving[level.severity]
    return since
