"""What the rules about the kernel's log share: its events out of a reading."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.names import KERNEL_EVENT, KERNEL_OBJECT, KERNEL_UNIT
from agent.signals import Reading


@dataclass(slots=True)
class Events:
    """How often one thing happened to one object. `age_s` is since the last time."""

    kind: str
    object: str
    unit: str
    recent: float = 0.0
    day: float = 0.0
    age_s: float = 0.0


_FIELDS = {
    "vigia.kernel.events_10m": "recent",
    "vigia.kernel.events_24h": "day",
    "vigia.kernel.event_age": "age_s",
}


def events(reading: Reading, *kinds: str) -> Iterator[Events]:
    """Those of the named kinds, in the reading's order: the latest first."""
    found: dict[tuple[str, str, str], Events] = {}
    for metric in reading.metrics:
        of, field = metric.attributes, _FIELDS.get(metric.name)
        if field and of.get(KERNEL_EVENT) in kinds:
            key = (of[KERNEL_EVENT], of.get(KERNEL_OBJECT, ""), of.get(KERNEL_UNIT, ""))
            setattr(found.setdefault(key, Events(*key)), field, metric.value)
    return iter(found.values())


def disk_of(device: str) -> str:
    """The disk of a partition: sda for sda1, nvme0n1 for nvme0n1p2; anything else as it is."""
    match = re.fullmatch(r"((?:[shv]d|xvd)[a-z]+)\d+|((?:nvme\d+n|mmcblk|md)\d+)p\d+", device)
    return (match[1] or match[2]) if match else device
