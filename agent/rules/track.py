"""What the judge remembers of one (rule, object): holds, active levels, and the finding that is open."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from agent.findings import finding_from_json, finding_to_json, instant
from agent.signals import Finding, Severity

RANK = {Severity.NORMAL: 0, Severity.HIGH: 1, Severity.CRITICAL: 2}


class Hold(NamedTuple):
    """A level that is entered, perhaps not for long: counted from `at`, the symptom since `began_at`."""

    at: datetime
    began_at: datetime


@dataclass(slots=True)
class Track:
    """`active`: levels that count, since their symptom began; `leaving`: since when they are left.

    `source` is the collector that last told about it: only that one can say that it is gone. `occurrence` is
    the latest one that the open finding is about.
    """

    rule: str
    object: str
    seen_at: datetime | None = None
    source: str = ""
    entered: dict[Severity, Hold] = field(default_factory=dict)
    active: dict[Severity, datetime] = field(default_factory=dict)
    leaving: dict[Severity, datetime] = field(default_factory=dict)
    finding: Finding | None = None
    occurrence: float = 0.0

    @property
    def alive(self) -> bool:
        """Whether there is anything worth keeping over a restart."""
        return bool(self.entered or self.active or self.finding)


def track_to_json(track: Track) -> dict[str, Any]:
    """Plain values; instants are ISO 8601."""
    return {
        "rule": track.rule,
        "object": track.object,
        "seen_at": track.seen_at.isoformat() if track.seen_at else None,
        "source": track.source,
        "entered": {key.value: [at.isoformat() for at in hold] for key, hold in track.entered.items()},
        "active": {key.value: at.isoformat() for key, at in track.active.items()},
        "leaving": {key.value: at.isoformat() for key, at in track.leaving.items()},
        "finding": finding_to_json(track.finding) if track.finding else None,
        "occurrence": track.occurrence,
    }


def track_from_json(value: Mapping[str, Any]) -> Track:
    """Raises KeyError, TypeError or ValueError."""
    return Track(
        rule=str(value["rule"]),
        object=str(value["object"]),
        seen_at=instant(value["seen_at"]) if value["seen_at"] else None,
        source=str(value.get("source", "")),
        entered={Severity(key): Hold(*map(instant, pair)) for key, pair in value["entered"].items()},
        active={Severity(key): instant(at) for key, at in value["active"].items()},
        leaving={Severity(key): instant(at) for key, at in value["leaving"].items()},
        finding=finding_from_json(value["finding"]) if value["finding"] else None,
        occurrence=float(value.get("occurrence", 0.0)),
    )
