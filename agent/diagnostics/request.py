"""What the agent asks of the child: JSON on its standard input, checked on arrival."""

import json
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.errors import AgentError
from agent.findings import finding_from_json, finding_to_json
from agent.recorder.frozen import Recorded
from agent.signals import Finding, Listener, Reading

READINGS_MAX = 600


class RequestRefused(AgentError):
    """The request cannot be read; the text names the field."""


@dataclass(frozen=True, slots=True)
class Request:
    """`samples` are readings as plain values, oldest first; `listener` served the watch when it was well.

    `recording`: the path of what the flight recorder put aside; `same_as`: the finding that took it along.
    """

    finding: Finding
    samples: tuple[Mapping[str, Any], ...] = ()
    listener: Listener | None = None
    agent_version: str = ""
    recording: str = ""
    same_as: str = ""

    @property
    def unit(self) -> str:
        """The systemd unit the finding is about, as far as known; empty otherwise."""
        facts = self.finding.facts
        if facts.get("watch_kind") == "unit":
            return facts["watch_target"]
        return self.listener.unit if self.listener else ""


def packed(
    finding: Finding,
    readings: Iterable[Reading],
    listener: Listener | None,
    agent_version: str,
    recorded: Recorded | None = None,
) -> bytes:
    """The request as the child reads it, with the newest READINGS_MAX readings, one in memory at a time."""
    head = json.dumps(
        {
            "finding": finding_to_json(finding),
            "listener": [listener.pid, listener.name, listener.unit] if listener else None,
            "agent_version": agent_version,
            "recording": str(recorded.path) if recorded and recorded.path else "",
            "same_as": recorded.same_as if recorded else "",
        }
    )
    told = deque((json.dumps(sample(reading)).encode() for reading in readings), maxlen=READINGS_MAX)
    return b"".join((head[:-1].encode(), b', "samples": [', b", ".join(told), b"]}"))


def unpacked(data: bytes) -> Request:
    """Raises RequestRefused."""
    try:
        value = json.loads(data)
        served = value["listener"]
        return Request(
            finding=finding_from_json(value["finding"]),
            samples=tuple(dict(one) for one in value["samples"]),
            listener=Listener(int(served[0]), str(served[1]), str(served[2])) if served else None,
            agent_version=str(value["agent_version"]),
            recording=str(value.get("recording", "")),
            same_as=str(value.get("same_as", "")),
        )
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise RequestRefused(f"request: {type(error).__name__}: {error}") from None


def sample(reading: Reading) -> dict[str, Any]:
    """One reading as plain values: a metric's name with its attributes in braces."""
    told: dict[str, Any] = {
        "at": reading.taken_at.isoformat(),
        "collector": reading.collector,
        "values": {
            named(metric.name, metric.attributes): metric.value
            for metric in reading.metrics
            if not metric.name.startswith("vigia.collector.")
        },
    }
    if reading.gaps:
        told["gaps"] = [gap.reason for gap in reading.gaps]
    return told


def named(name: str, attributes: Mapping[str, str]) -> str:
    """`system.disk.io{disk.io.direction=read,system.device=sda}`"""
    if not attributes:
        return name
    return name + "{" + ",".join(f"{key}={value}" for key, value in sorted(attributes.items())) + "}"
