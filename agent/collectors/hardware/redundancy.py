"""Would the data survive the loss of this disk? What holds it is asked: md, LVM, btrfs, ZFS, a controller."""

import re

from agent.collectors.asking import Ask, ProgramMissing, Unanswered, answer
from agent.collectors.hardware.raid.btrfs import BEARS
from agent.collectors.hardware.raid.zfs import ZPOOL, kernel_states, redundant_members
from agent.collectors.procfs import Roots, Unreadable, names, word

MIRRORED = ("raid1", "raid4", "raid5", "raid6", "raid10")


class Redundancy:
    """`look` once before a round of disks, then `of` each. What is unknown counts as not redundant."""

    def __init__(self, roots: Roots, ask: Ask) -> None:
        self._block, self._btrfs = f"{roots.sys}/block", f"{roots.sys}/fs/btrfs"
        self._zfs, self._ask = f"{roots.proc}/spl/kstat/zfs", ask
        self._in_pools: set[str] = set()

    def look(self) -> None:
        """Asks for the members of ZFS pools, which sysfs does not know."""
        self._in_pools = set()
        states = kernel_states(self._zfs).values()
        if states and "SUSPENDED" not in states:  # else the command would hang
            try:
                self._in_pools = redundant_members(answer(self._ask, ZPOOL, ("status", "-LP")))
            except (ProgramMissing, Unanswered):
                return  # the collector of pools says so

    def of(self, disk: str, kind: str) -> bool:
        """`disk` as smartctl calls it: for NVMe the controller, whose namespaces are looked at."""
        if "," in kind:
            return True  # behind a RAID controller, which has its own say
        wanted = rf"{re.escape(disk)}n\d+\Z" if disk.startswith("nvme") else rf"{re.escape(disk)}\Z"
        namespaces = [name for name in _entries(self._block) if re.match(wanted, name)]
        parts = [part for name in namespaces for part in self._parts(name)]
        held = [self._bears(part) for part in parts]
        return any(held) and None not in held and False not in held

    def _parts(self, disk: str) -> list[str]:
        inner = [name for name in _entries(f"{self._block}/{disk}") if name.startswith(disk)]
        folders = [f"{disk}/{name}" for name in inner] or [disk]
        # Partitions that nothing holds (firmware, swap) say nothing about the data.
        used = [folder for folder in folders if self._held(folder)]
        return used or folders[:1]

    def _held(self, folder: str) -> bool:
        name = folder.rpartition("/")[2]
        return (
            bool(_entries(f"{self._block}/{folder}/holders"))
            or self._profile(name) is not None
            or (f"/dev/{name}" in self._in_pools)
        )

    def _bears(self, folder: str) -> bool:
        name = folder.rpartition("/")[2]
        if f"/dev/{name}" in self._in_pools or (self._profile(name) or 0) > 0:
            return True
        holders = _entries(f"{self._block}/{folder}/holders")
        return bool(holders) and all(self._mirrors(holder) for holder in holders)

    def _mirrors(self, holder: str) -> bool:
        level = word(f"{self._block}/{holder}/md/level")
        if level is not None:
            return level in MIRRORED and word(f"{self._block}/{holder}/md/degraded") == "0"
        name = word(f"{self._block}/{holder}/dm/name") or ""
        return re.search(r"_(?:rimage|mimage|rmeta)_\d+\Z", name) is not None

    def _profile(self, device: str) -> int | None:
        """How many devices its btrfs bears to lose; None when it holds none."""
        for uuid in _entries(self._btrfs):
            if device in _entries(f"{self._btrfs}/{uuid}/devices"):
                found = [
                    BEARS[profile]
                    for kind in ("data", "metadata")
                    for profile in _entries(f"{self._btrfs}/{uuid}/allocation/{kind}")
                    if profile in BEARS
                ]
                return min(found, default=0)
        return None


def _entries(path: str) -> list[str]:
    try:
        return names(path)
    except Unreadable:
        return []
