"""What the child hands to the agent: the message ready for the spool, and the few facts that rules look at.

The document itself (thousands of packages as objects) lives and dies in the child: in the agent it would
leave megabytes behind.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from agent import wire
from agent.inventory.document import Document, digest
from agent.signals import Metric


@dataclass(frozen=True, slots=True)
class Told:
    """`payload` is the spool's; `metrics` are those of a reading named "inventory"."""

    sha256: bytes
    metrics: tuple[Metric, ...]
    payload: bytes


def told_of(document: Document, now: datetime) -> Told:
    """Raises KeyError, TypeError, ValueError or AttributeError for what is no document."""
    sha256 = digest(document)
    return Told(sha256, facts(document), wire.inventory_payload(document, sha256, now))


def packed(told: Told) -> bytes:
    """One line of JSON, then the payload."""
    metrics = [[one.name, one.value, one.unit, dict(one.attributes)] for one in told.metrics]
    return json.dumps({"sha256": told.sha256.hex(), "metrics": metrics}).encode() + b"\n" + told.payload


def unpacked(data: bytes) -> Told:
    """Raises KeyError, TypeError or ValueError."""
    line, _, payload = data.partition(b"\n")
    head = json.loads(line)
    metrics = tuple(Metric(name, float(value), unit, about) for name, value, unit, about in head["metrics"])
    return Told(bytes.fromhex(head["sha256"]), metrics, payload)


def facts(document: Document) -> tuple[Metric, ...]:
    """What the rules look at: memory, disks that stay, the system. What is not known is left out."""
    found = []
    memory_bytes = document["hardware"].get("memory_bytes", 0)
    if memory_bytes:
        found.append(Metric("vigia.inventory.memory", float(memory_bytes), "By"))
    for disk in document["disks"]:
        if not disk["is_removable"]:
            about = {key: disk[key] for key in ("name", "model", "serial")}
            found.append(Metric("vigia.inventory.disk", float(disk["size_bytes"]), "By", about))
    system = document["system"]
    if system.get("os_name"):
        about = {"name": system["os_name"], "version": system["os_version"].partition(".")[0]}
        found.append(Metric("vigia.inventory.system", 1.0, "1", about))
    return tuple(found)
