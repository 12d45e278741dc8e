"""What the rules about filesystems share: one filesystem's figures out of a reading."""

from collections.abc import Iterator
from dataclasses import dataclass

from agent.names import DEVICE, FILESYSTEM_STATE, FILESYSTEM_TYPE, MOUNTPOINT
from agent.rules.rule import plain
from agent.signals import Reading


@dataclass(slots=True)
class Filesystem:
    """Bytes and inodes; None where the reading does not tell. `used_ratio` is of what users may use, 0..1."""

    mountpoint: str
    device: str
    kind: str
    size: float | None = None
    free: float | None = None
    used_ratio: float | None = None
    inodes: float | None = None
    inodes_free: float | None = None
    readonly: float | None = None
    became_readonly: float | None = None

    def named(self) -> dict[str, str]:
        return {"mountpoint": self.mountpoint, "device": self.device, "filesystem_type": self.kind}

    def sized(self) -> dict[str, str]:
        """The facts about room. Only for one whose room is known."""
        assert self.free is not None
        assert self.size is not None
        assert self.used_ratio is not None
        return {
            "disk_free_bytes": plain(self.free),
            "disk_size_bytes": plain(self.size),
            "disk_free_ratio": plain(1 - self.used_ratio),
        }


_FIELDS = {
    "system.filesystem.limit": "size",
    "system.filesystem.utilization": "used_ratio",
    "vigia.filesystem.inodes_limit": "inodes",
    "vigia.filesystem.inodes_free": "inodes_free",
    "vigia.filesystem.readonly": "readonly",
    "vigia.filesystem.became_readonly": "became_readonly",
}


def filesystems(reading: Reading) -> Iterator[Filesystem]:
    """Every filesystem of the reading."""
    found: dict[str, Filesystem] = {}
    for metric in reading.metrics:
        of = metric.attributes
        if MOUNTPOINT not in of:
            continue
        mountpoint = of[MOUNTPOINT]
        one = found.get(mountpoint)
        if one is None:
            one = found[mountpoint] = Filesystem(mountpoint, of.get(DEVICE, ""), of.get(FILESYSTEM_TYPE, ""))
        if metric.name in _FIELDS:
            setattr(one, _FIELDS[metric.name], metric.value)
        elif metric.name == "system.filesystem.usage" and of.get(FILESYSTEM_STATE) == "free":
            one.free = metric.value
    return iter(found.values())


def has_room(one: Filesystem) -> bool:
    """Whether room is known and worth judging: images cannot fill, firmware partitions are always full."""
    known = one.size is not None and one.free is not None and one.used_ratio is not None
    return known and not (one.readonly and not one.became_readonly) and one.mountpoint not in _BOOT


_BOOT = ("/boot/efi", "/efi", "/boot/firmware")
