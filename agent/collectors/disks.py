"""Traffic, operations and waiting times of whole disks, from /proc/diskstats.

Partitions and device-mapper layers are left out: they would count the same work again.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from agent.collectors.procfs import MACHINE, Roots, text
from agent.collectors.rates import Rates
from agent.names import DEVICE, DIRECTION_DISK
from agent.signals import Metric, Reading

SECTOR_BYTES = 512  # of /proc/diskstats, whatever the disk's own
DISK = re.compile(r"(?:(?:[shv]d|xvd)[a-z]+|nvme\d+n\d+|mmcblk\d+|md\d+|dasd[a-z]+)\Z")


@dataclass(frozen=True, slots=True)
class Counters:
    """One line of diskstats, since the boot; times in milliseconds."""

    device: str
    reads: int
    read_sectors: int
    read_ms: int
    writes: int
    write_sectors: int
    write_ms: int
    in_flight: int
    busy_ms: int
    weighted_ms: int


class Disks:
    """`vigia.disk.latency` is the mean wait of one operation since the last look, in seconds.

    Nothing asked: 0. Asked but nothing answered: at least the time since the last look.
    """

    name = "disks"
    every_s = 10.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._diskstats = f"{roots.proc}/diskstats"
        self._rates = Rates()

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        metrics: list[Metric] = []
        for disk in parse(text(self._diskstats)):
            metrics += self._look(disk)
        return Reading(self.name, now, 0.0, tuple(metrics))

    def _look(self, disk: Counters) -> list[Metric]:
        of = {DEVICE: disk.device}
        reading, writing = {**of, DIRECTION_DISK: "read"}, {**of, DIRECTION_DISK: "write"}
        read_bytes, written_bytes = disk.read_sectors * SECTOR_BYTES, disk.write_sectors * SECTOR_BYTES
        metrics = [
            Metric("system.disk.io", read_bytes, "By", reading),
            Metric("system.disk.io", written_bytes, "By", writing),
            Metric("system.disk.operations", disk.reads, "{operation}", reading),
            Metric("system.disk.operations", disk.writes, "{operation}", writing),
            Metric("system.disk.io_time", disk.busy_ms / 1000, "s", of),
            Metric("vigia.disk.pending", disk.in_flight, "{operation}", of),
        ]
        for key, counter, attributes in (("r", read_bytes, reading), ("w", written_bytes, writing)):
            rate = self._rates.per_s(f"{disk.device} {key}", counter)
            if rate is not None:
                metrics.append(Metric("vigia.disk.io_rate", rate, "By/s", attributes))
        latency_s = self._latency_s(disk)
        if latency_s is not None:
            metrics.append(Metric("vigia.disk.latency", latency_s, "s", of))
        return metrics

    def _latency_s(self, disk: Counters) -> float | None:
        done = self._rates.growth(f"{disk.device} done", disk.reads + disk.writes)
        waited_ms = self._rates.growth(f"{disk.device} ms", disk.read_ms + disk.write_ms)
        weighted_ms = self._rates.growth(f"{disk.device} weighted", disk.weighted_ms)
        if done is None or waited_ms is None or weighted_ms is None:
            return None
        if done:
            return waited_ms / done / 1000
        return weighted_ms / disk.in_flight / 1000 if disk.in_flight > 0 else 0.0


def parse(diskstats: str) -> list[Counters]:
    """Whole disks that ever did anything, by name. Raises ValueError."""
    disks = []
    for line in diskstats.splitlines():
        fields = line.split()
        if len(fields) < 14:
            raise ValueError("a line of diskstats has fewer than 14 fields")
        if DISK.match(fields[2]):
            numbers = [int(field) for field in fields[3:14]]
            if min(numbers) < 0:
                raise ValueError("a counter of diskstats is negative")
            reads, _, read_sectors, read_ms, writes, _, write_sectors, write_ms, now, busy, weighted = numbers
            if reads + writes:
                disks.append(Counters(fields[2], reads, read_sectors, read_ms, writes, write_sectors,
                                      write_ms, now, busy, weighted))  # fmt: skip
    return sorted(disks, key=lambda disk: disk.device)
