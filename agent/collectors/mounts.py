"""Which mounts are filesystems that can fill, each counted once; from /proc/self/mountinfo.

Left out: what has no disk behind it, images that are full by nature, containers' layers, and network
filesystems (asking a dead server for its free space hangs for ever).
"""

import re
from dataclasses import dataclass

KINDS = frozenset(
    "ext2 ext3 ext4 xfs btrfs zfs f2fs jfs reiserfs nilfs2 bcachefs".split()
    + "vfat exfat msdos ntfs ntfs3 fuseblk hfsplus ufs".split()
)
NOT_OURS = (
    "/var/lib/docker/",
    "/var/lib/containers/",
    "/var/lib/kubelet/",
    "/snap/",
    "/run/",
    "/proc/",
    "/sys/",
)
MOUNTS_MAX = 256
READONLY = frozenset(("ro", "emergency_ro"))  # the second: ext4 after an error, from Linux 6.14 on


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo. `readonly` is the filesystem's own word: a service that may write nowhere
    sees every mount's flag as "ro". `id` is another one after it was mounted again."""

    number: str
    root: str
    mountpoint: str
    kind: str
    device: str
    readonly: bool
    id: str = ""


def filesystems(mountinfo: str) -> list[Mount]:
    """The mounts to watch, by mountpoint. Raises ValueError when the text is not mountinfo."""
    top: dict[str, Mount] = {}
    for line in mountinfo.splitlines():
        mount = parse(line)
        top.pop(mount.mountpoint, None)
        top[mount.mountpoint] = mount  # a later mount hides what was there before
    chosen: dict[str, Mount] = {}
    for mount in sorted(
        filter(counts, top.values()), key=lambda mount: (len(mount.mountpoint), mount.mountpoint)
    ):
        # A bind mount shows the same device again; subvolumes have numbers of their own but one device.
        identity = mount.device if mount.device.startswith("/dev/") else mount.number
        chosen.setdefault(identity, mount)
    return sorted(chosen.values(), key=lambda mount: mount.mountpoint)[:MOUNTS_MAX]


def counts(mount: Mount) -> bool:
    """Whether the mount holds data of its own that may run out of room."""
    if mount.mountpoint == "/":
        return mount.kind in KINDS or mount.kind == "overlay"  # a container's root is all it has
    return mount.kind in KINDS and not mount.mountpoint.startswith(NOT_OURS)


def parse(line: str) -> Mount:
    """See proc_pid_mountinfo(5). Raises ValueError."""
    left, dash, right = line.partition(" - ")
    fields, tail = left.split(" "), right.split(" ")
    if not dash or len(fields) < 6 or len(tail) < 3:
        raise ValueError("not a line of mountinfo")
    readonly = not READONLY.isdisjoint(tail[2].split(","))
    return Mount(
        fields[2], _plain(fields[3]), _plain(fields[4]), tail[0], _plain(tail[1]), readonly, fields[0]
    )


def _plain(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), field)
