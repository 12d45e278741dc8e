"""Room, inodes and writability of every filesystem that can fill."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from agent.collectors.given_up import GivenUp
from agent.collectors.mounts import Mount, filesystems
from agent.collectors.procfs import MACHINE, Roots, text
from agent.names import DEVICE, FILESYSTEM_STATE, FILESYSTEM_TYPE, MOUNTPOINT
from agent.signals import Gap, Metric, Reading


class Filesystems:
    """Bytes and inodes as an ordinary user may use them (what `df` shows), by mountpoint.

    `vigia.filesystem.readonly` is 0 or 1 as mounted now; `vigia.filesystem.became_readonly` is 1 when it was
    writable when first seen by this collector; one that the kernel gave up counts as read-only, whatever its
    flags say. A filesystem that does not answer is a gap, not an absence.
    """

    name = "filesystems"
    every_s = 10.0

    def __init__(
        self, roots: Roots = MACHINE, statvfs: Callable[[str], os.statvfs_result] = os.statvfs
    ) -> None:
        self._mountinfo = f"{roots.proc}/self/mountinfo"
        self._statvfs = statvfs
        self._writable: set[tuple[str, str]] = set()
        self._given_up = GivenUp(roots)

    def read(self, now: datetime) -> Reading:
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for mount in filesystems(text(self._mountinfo)):
            try:
                metrics += self._look(mount)
            except (OSError, ValueError) as error:
                gaps.append(Gap(self.name, f"{mount.mountpoint}: {error}"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _look(self, mount: Mount) -> list[Metric]:
        identity = (mount.mountpoint, mount.device)
        if not mount.readonly and self._given_up.has(mount):
            mount = replace(mount, readonly=True)
            self._writable.add(identity)
        if not mount.readonly:
            self._writable.add(identity)
        became = mount.readonly and identity in self._writable
        return measured(mount, self._statvfs(mount.mountpoint), became)


def measured(mount: Mount, stat: os.statvfs_result, became_readonly: bool) -> list[Metric]:
    """The metrics of one mount. Raises ValueError when the figures contradict each other."""
    used = (stat.f_blocks - stat.f_bfree) * stat.f_frsize
    free = stat.f_bavail * stat.f_frsize
    if stat.f_blocks <= 0 or used < 0 or free < 0 or stat.f_bfree > stat.f_blocks:
        raise ValueError("its size is not sound")
    where = {MOUNTPOINT: mount.mountpoint, DEVICE: mount.device, FILESYSTEM_TYPE: mount.kind}
    metrics = [
        Metric("system.filesystem.limit", stat.f_blocks * stat.f_frsize, "By", where),
        Metric("system.filesystem.usage", used, "By", {**where, FILESYSTEM_STATE: "used"}),
        Metric("system.filesystem.usage", free, "By", {**where, FILESYSTEM_STATE: "free"}),
        Metric("system.filesystem.utilization", used / (used + free) if used + free else 1.0, "1", where),
        Metric("vigia.filesystem.readonly", float(mount.readonly), "1", where),
        Metric("vigia.filesystem.became_readonly", float(became_readonly), "1", where),
    ]
    if stat.f_files > 0:  # some kinds have no fixed number of inodes
        metrics.append(Metric("vigia.filesystem.inodes_limit", stat.f_files, "{inode}", where))
        metrics.append(Metric("vigia.filesystem.inodes_free", stat.f_favail, "{inode}", where))
    return metrics
