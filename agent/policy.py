"""What this machine's owner allows others to do here: a file of theirs, read anew for every order.

The controller can narrow it, never widen it (trust.md, Access). A file that cannot be read or understood
allows nothing from L1 up: a mistake must not open what somebody meant to close.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import Enum
from pathlib import Path

from agent.disk import Disk
from agent.errors import ConfigError

POLICY_DEFAULT = Path("/etc/vigia-agent/policy.toml")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Level(Enum):
    """L0 health; L1 diagnostic profiles; the others ask for more than this agent does yet."""

    L0 = "L0"
    L1 = "L1"
    L2 = "L2"
    L3 = "L3"
    L4 = "L4"
    L5 = "L5"


class Consent(Enum):
    """WINDOW: always inside the file's hours, never outside."""

    NEVER = "never"
    ASK = "ask"
    WINDOW = "window"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Hours:
    """On these days (0 is Monday) from `start` to before `end`, on this machine's own clock; an `end` that is
    not after `start` is on the day that follows."""

    days: frozenset[int] = frozenset(range(7))
    start: time = time(0)
    end: time = time(0)

    def hold(self, local: datetime) -> bool:
        at, today = local.time(), local.weekday()
        if self.start < self.end:
            return today in self.days and self.start <= at < self.end
        return (today in self.days and at >= self.start) or ((today - 1) % 7 in self.days and at < self.end)


_DEFAULTS = {
    Level.L0: Consent.ALWAYS,
    Level.L1: Consent.ALWAYS,
    Level.L2: Consent.ASK,
    Level.L3: Consent.ASK,
    Level.L4: Consent.ASK,
    Level.L5: Consent.ASK,
}


@dataclass(frozen=True, slots=True)
class Policy:
    """`source` is the file, or "defaults"."""

    levels: Mapping[Level, Consent] = field(default_factory=lambda: dict(_DEFAULTS))
    window: Hours = Hours()
    source: str = "defaults"

    def refusal(self, level: Level, local: datetime) -> str:
        """Why not now, as one word of the protocol; empty when it may be. `local`: the machine's time."""
        match self.levels[level]:
            case Consent.ALWAYS:
                return ""
            case Consent.WINDOW:
                return "" if self.window.hold(local) else "policy_window"
            case Consent.ASK:
                # Nobody can be asked on the machine yet: no answer is no.
                return "policy_ask"
            case Consent.NEVER:
                return "policy_never"


def read_policy(disk: Disk, path: Path) -> Policy:
    """The policy in force; the defaults where there is no such file. Raises ConfigError with all faults."""
    try:
        text = disk.read(path).decode()
    except FileNotFoundError:
        return Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), (("", f"cannot be read: {error}"),)) from None
    return parse(text, str(path))


def parse(text: str, source: str = "policy") -> Policy:
    """Reads TOML; raises ConfigError with every fault found."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(source, (("", f"not valid TOML: {error}"),)) from None
    faults: list[tuple[str, str]] = []
    levels = dict(_DEFAULTS)
    for level in Level:
        if level.value in document:
            levels[level] = _consent(document.pop(level.value), level, faults)
    window = _hours(document.pop("window", None), faults)
    if Consent.WINDOW in levels.values() and window is None:
        faults.append(("window", 'must be given: write [window] with from = "08:00" and until = "18:00"'))
    known = ", ".join([*(level.value for level in Level), "window"])
    faults += [(key, f"no such key; known here: {known}") for key in document]
    if faults:
        raise ConfigError(source, tuple(faults))
    return Policy(levels, window or Hours(), source)


def _consent(value: object, level: Level, faults: list[tuple[str, str]]) -> Consent:
    allowed = [one.value for one in Consent]
    if level is Level.L0:
        allowed = [Consent.ALWAYS.value]
    if value not in allowed:
        way_out = "; to send nothing at all, stop the agent" if level is Level.L0 else ""
        faults.append((level.value, f"must be one of {', '.join(allowed)}{way_out}"))
        return Consent.NEVER
    return Consent(value)


def _hours(value: object, faults: list[tuple[str, str]]) -> Hours | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        faults.append(("window", "must be a table: write [window]"))
        return Hours()
    days = value.get("days", list(DAYS))
    if not isinstance(days, list) or not days or not all(day in DAYS for day in days):
        faults.append(("window.days", f"must be a list out of {', '.join(DAYS)}"))
        days = []
    faults += [(f"window.{key}", "no such key") for key in value.keys() - {"days", "from", "until"}]
    return Hours(
        frozenset(DAYS.index(day) for day in days),
        _time(value, "from", faults),
        _time(value, "until", faults),
    )


def _time(table: Mapping[str, object], key: str, faults: list[tuple[str, str]]) -> time:
    value = table.get(key)
    if isinstance(value, time):
        return value
    try:
        return time.fromisoformat(str(value)) if value != "24:00" else time(0)
    except ValueError:
        faults.append((f"window.{key}", 'must be a time of day in quotes, as "08:00"'))
        return time(0)
