"""Room and writability of every filesystem that can fill, by psutil. It tells no inodes."""

from datetime import datetime
from typing import Any

import psutil

from agent.names import DEVICE, FILESYSTEM_STATE, FILESYSTEM_TYPE, MOUNTPOINT
from agent.signals import Gap, Metric, Reading

# Media that are full by nature, and what other machines keep.
LEFT_OUT = frozenset({"cdrom", "remote", "removable"})
KINDS_LEFT_OUT = frozenset(
    ("", *"cdfs udf iso9660 cd9660 devfs autofs nullfs smbfs nfs afpfs webdav squashfs tmpfs overlay".split())
)
# Of macOS: parts of one container that share its room, and that nobody can write.
SYSTEM_VOLUMES = (
    "/private/var/vm",
    *(f"/System/Volumes/{one}" for one in ("VM", "Preboot", "Update", "xarts", "iSCPreboot", "Hardware")),
)


class Filesystems:
    """Bytes by mountpoint ("C:\\\\", "/"). `vigia.filesystem.became_readonly` as on Linux: writable at first.

    One that does not answer is a gap, not an absence.
    """

    name = "filesystems"
    every_s = 10.0

    def __init__(self, source: Any = psutil) -> None:
        self._source = source
        self._writable: set[tuple[str, str]] = set()

    def read(self, now: datetime) -> Reading:
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for part in self._source.disk_partitions(all=False):
            options = set(part.opts.split(","))
            sealed = part.mountpoint == "/" and part.fstype == "apfs" and "ro" in options
            if part.fstype.lower() in KINDS_LEFT_OUT or options & LEFT_OUT:
                continue
            if part.mountpoint.startswith(SYSTEM_VOLUMES):
                continue
            try:
                metrics += self._look(part, "ro" in options and not sealed)
            except (OSError, ValueError) as error:
                gaps.append(Gap(self.name, f"{part.mountpoint}: {error}"))
        if not metrics and not gaps:
            raise ValueError("the system names no filesystem")
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _look(self, part: Any, readonly: bool) -> list[Metric]:
        usage = self._source.disk_usage(part.mountpoint)
        if usage.total <= 0 or usage.used < 0 or usage.free < 0 or usage.free > usage.total:
            raise ValueError("its size is not sound")
        identity = (part.mountpoint, part.device)
        if not readonly:
            self._writable.add(identity)
        where = {MOUNTPOINT: part.mountpoint, DEVICE: part.device, FILESYSTEM_TYPE: part.fstype}
        whole = usage.used + usage.free
        return [
            Metric("system.filesystem.limit", usage.total, "By", where),
            Metric("system.filesystem.usage", usage.used, "By", {**where, FILESYSTEM_STATE: "used"}),
            Metric("system.filesystem.usage", usage.free, "By", {**where, FILESYSTEM_STATE: "free"}),
            Metric("system.filesystem.utilization", usage.used / whole if whole else 1.0, "1", where),
            Metric("vigia.filesystem.readonly", float(readonly), "1", where),
            Metric(
                "vigia.filesystem.became_readonly", float(readonly and identity in self._writable), "1", where
            ),
        ]
