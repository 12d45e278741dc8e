"""The agent's nouns: what collectors read, what rules see, what goes into the spool.

All instants are aware UTC; all durations are seconds. Names follow OpenTelemetry (`system.*`, `hw.*`),
with the prefix `vigia.` for what it lacks (signals.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum


@dataclass(frozen=True, slots=True)
class Metric:
    """One number. `value` is in `unit` (UCUM: "By", "1", "s", "By/s"); ratios are 0..1."""

    name: str
    value: float
    unit: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gap:
    """A collector that could not say: missing tool, failed read, hang. Never "healthy", never "bad"."""

    collector: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one collector brought from one look, and how long the look took (`took_s`, monotonic)."""

    collector: str
    taken_at: datetime
    took_s: float
    metrics: tuple[Metric, ...] = ()
    gaps: tuple[Gap, ...] = ()

    def value(self, name: str, **attributes: str) -> float | None:
        """The metric of that name whose attributes include the given ones; None when it is unknown."""
        for metric in self.metrics:
            if metric.name == name and attributes.items() <= metric.attributes.items():
                return metric.value
        return None


class Severity(Enum):
    """What a rule proposes; the controller decides (contract.md, default plan)."""

    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class FindingState(Enum):
    """A finding is raised, perhaps restated with another severity, and cleared."""

    RAISED = "raised"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule saw on one object. `finding_id` (UUID text) is the same from raise to clear.

    `began_at` is when the symptom began (or, for a clear, ended); `observed_at` when the rule decided.
    `facts` carry their unit in the key and are plain text: {"disk_free_bytes": "1024"}.
    """

    finding_id: str
    rule: str
    object: str
    state: FindingState
    severity: Severity
    began_at: datetime
    observed_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listener:
    """A process that listens. `unit` is its systemd service, empty when it has none."""

    pid: int
    name: str
    unit: str


class WatchResult(IntEnum):
    """How one look at a watch ended: the value of the metric `vigia.watch.result`. Never renumbered."""

    OK = 0
    REFUSED = 1
    TIMEOUT = 2
    UNREACHABLE = 3
    UNRESOLVED = 4
    WRONG_ANSWER = 5
    CLOSED = 6
    TLS_FAILED = 7
    INACTIVE = 8
    FAILED = 9
    ABSENT = 10
    STARTING = 11

    @property
    def passing(self) -> bool:
        """Whether it often heals by itself: it counts as a fault when it happens twice in a row."""
        return self in (WatchResult.TIMEOUT, WatchResult.UNRESOLVED, WatchResult.STARTING)
