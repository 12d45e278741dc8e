"""One thing that can break, and the metrics about it (OpenTelemetry `hw.*`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agent.names import HW_ID, HW_STATE, HW_TYPE
from agent.signals import Metric

OK, DEGRADED, FAILED, PREDICTED = "ok", "degraded", "failed", "predicted_failure"
TEXT_MAX = 120


@dataclass(frozen=True, slots=True)
class Part:
    """`kind` is an `hw.type`; `more` are attributes that do not change while the part stays what it is."""

    id: str
    kind: str
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def of(self) -> dict[str, str]:
        return {HW_ID: clean(self.id), HW_TYPE: self.kind} | {k: clean(v) for k, v in self.more.items() if v}

    def status(self, state: str) -> Metric:
        """`hw.status` of the state it is in; states it is not in are not told."""
        return Metric("hw.status", 1.0, "1", {**self.of, HW_STATE: state})

    def metric(self, name: str, value: float, unit: str = "1", **which: str) -> Metric:
        """A figure about it. `which` are further attributes, with "." written as "__"."""
        named = {HW_ID: clean(self.id), HW_TYPE: self.kind}
        return Metric(
            name, value, unit, named | {key.replace("__", "."): clean(v) for key, v in which.items()}
        )


def clean(text: str) -> str:
    """One line of bounded length: what devices say of themselves comes padded and with odd characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:TEXT_MAX]
