"""Traffic, operations and waiting times of whole disks, by psutil."""

import sys
from datetime import datetime
from typing import Any

import psutil

from agent.collectors.rates import Rates
from agent.names import DEVICE, DIRECTION_DISK
from agent.signals import Metric, Reading

# psutil divides what Windows counts in units of 100 ns by ten million and calls it milliseconds: waits there
# would look a thousand times shorter than they are, and every disk well.
TIMES_ARE_SOUND = sys.platform != "win32"


class Disks:
    """`vigia.disk.latency` is the mean wait of one operation since the last look, in seconds; nothing asked:
    0; not told on Windows. How many wait right now is not told here."""

    name = "disks"
    every_s = 10.0

    def __init__(self, source: Any = psutil, timed: bool = TIMES_ARE_SOUND) -> None:
        self._source, self._timed = source, timed
        self._rates = Rates()

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        metrics: list[Metric] = []
        for disk, told in sorted((self._source.disk_io_counters(perdisk=True) or {}).items()):
            metrics += self._look(disk, told)
        return Reading(self.name, now, 0.0, tuple(metrics))

    def _look(self, disk: str, told: Any) -> list[Metric]:
        if min(told.read_count, told.write_count, told.read_bytes, told.write_bytes) < 0:
            raise ValueError(f"{disk}: a counter is negative")
        of = {DEVICE: disk}
        ways = {
            "read": (told.read_bytes, told.read_count),
            "write": (told.write_bytes, told.write_count),
        }
        metrics: list[Metric] = []
        for way, (carried, operations) in ways.items():
            attributes = {**of, DIRECTION_DISK: way}
            metrics.append(Metric("system.disk.io", carried, "By", attributes))
            metrics.append(Metric("system.disk.operations", operations, "{operation}", attributes))
            rate = self._rates.per_s(f"{disk} {way}", carried)
            if rate is not None:
                metrics.append(Metric("vigia.disk.io_rate", rate, "By/s", attributes))
        done = self._rates.growth(f"{disk} done", told.read_count + told.write_count)
        waited_ms = self._rates.growth(f"{disk} ms", told.read_time + told.write_time)
        if self._timed and done is not None and waited_ms is not None:
            metrics.append(Metric("vigia.disk.latency", waited_ms / done / 1000 if done else 0.0, "s", of))
        return metrics
