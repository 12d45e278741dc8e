"""Errors that ext4 counted on its own filesystems, from sysfs: they outlive a reboot until it is checked."""

from datetime import datetime

from agent.collectors.hardware.part import Part
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, text
from agent.names import DEVICE
from agent.signals import Gap, Metric, Reading


class Ext4:
    """`vigia.filesystem.errors` by device, counted since the last check of the filesystem."""

    name = "ext4"
    every_s = 60.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._root = f"{roots.sys}/fs/ext4"

    def read(self, now: datetime) -> Reading:
        try:
            devices = [name for name in names(self._root) if name != "features"]
        except Unreadable:
            return Reading(self.name, now, 0.0)  # no ext4 in this kernel
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for device in devices[:64]:
            try:
                count = int(text(f"{self._root}/{device}/errors_count"))
                if count < 0:
                    raise ValueError("its count of errors is negative")
            except (Unreadable, ValueError) as error:
                gaps.append(Gap(self.name, f"{device}: {error}"))
                continue
            part = Part(device, "logical_disk")
            metrics.append(part.metric("vigia.filesystem.errors", count, "{error}", **{DEVICE: device}))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))
