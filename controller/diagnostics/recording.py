"""The minutes before a fault, as an agent's flight recorder sent them: numbers over time, and log lines.

Pure, and believes nothing: what is not as it should be is left out, or makes the whole None.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any
from uuid import UUID

NUMBERS = "recorder/numbers.json"
LOG = "recorder/log.txt"
SAME_AS = "recorder/same-as.txt"
READ_BYTES = 512 * 1024
_GROUPS, _SERIES, _TIMES, _LINES, _TEXT = 4, 128, 500, 400, 1_000
_DAY_S = 86_400
_LINE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)  ([a-z]{3,7}) +(.{1,120}?): (.*)")


@dataclass(frozen=True, slots=True)
class Track:
    """One series: seconds from the beginning, ascending, each with its value; None where it was unknown."""

    name: str
    unit: str
    attributes: Mapping[str, str]
    points: tuple[tuple[float, float | None], ...]


@dataclass(frozen=True, slots=True)
class LogLine:
    """`priority` as syslog names it: emerg, alert, crit, err, warning, notice, info, debug."""

    at: datetime
    priority: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Recording:
    """All instants by the machine's own clock. `tracks` are those of the machine itself, `about` those of the
    object the finding names. `starts_s`: when the agent started meanwhile. `unreadable`: damaged records."""

    began: datetime
    fault: datetime
    observed: datetime
    starts_s: tuple[float, ...]
    unreadable: int
    tracks: tuple[Track, ...]
    about: tuple[Track, ...]

    @property
    def fault_s(self) -> float:
        return (self.fault - self.began).total_seconds()

    @property
    def length_s(self) -> float:
        """From the beginning to the last thing in it."""
        ends = [track.points[-1][0] for track in (*self.tracks, *self.about) if track.points]
        return max([*ends, (self.observed - self.began).total_seconds()])


def recording(data: bytes) -> Recording | None:
    """None for what is no recording of a version that is known here."""
    try:
        told = json.loads(data)
        if told["version"] != 1:
            return None
        groups = [_group(group) for group in told["groups"][:_GROUPS]]
        found = Recording(
            began=_instant(told["began"]),
            fault=_instant(told["fault"]),
            observed=_instant(told["observed"]),
            starts_s=tuple(float(at) for at in told["starts"][:_TIMES] if 0 <= at <= _DAY_S),
            unreadable=int(told["unreadable"]),
            tracks=groups[0] if groups else (),
            about=tuple(track for group in groups[1:] for track in group),
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OverflowError):
        return None
    lasts = any(value is not None for track in found.tracks for _, value in track.points)
    return found if lasts and 0 < found.length_s <= _DAY_S else None


def log_lines(text: str) -> tuple[LogLine, ...]:
    """The newest of them, oldest first; what is no line of the recorder's log is passed over."""
    found = []
    for line in text.splitlines()[-4 * _LINES :]:
        match = _LINE.fullmatch(line[: _TEXT + 200])
        if match:
            at = datetime.fromisoformat(match[1])
            found.append(LogLine(at, match[2], match[3], match[4][:_TEXT]))
    return tuple(found[-_LINES:])


def same_as(text: str) -> UUID | None:
    """The finding whose evidence holds the recording of both."""
    try:
        return UUID(text.strip()[:36])
    except ValueError:
        return None


def _group(group: Any) -> tuple[Track, ...]:
    times = [float(at) for at in group["times"][:_TIMES]]
    if any(not 0 <= at <= _DAY_S for at in times) or times != sorted(times):
        raise ValueError("times that are none")
    return tuple(_track(one, times) for one in group["series"][:_SERIES])


def _track(one: Any, times: list[float]) -> Track:
    values = [None if value is None else float(value) for value in one["values"][:_TIMES]]
    if len(values) != len(times):
        raise ValueError("values without their times")
    known = [value if value is not None and isfinite(value) else None for value in values]
    attributes = {str(key)[:255]: str(about)[:255] for key, about in list(one["attributes"].items())[:16]}
    points = tuple(zip(times, known, strict=True))
    return Track(str(one["name"])[:255], str(one["unit"])[:32], attributes, points)


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("an instant without its offset")
    return at
