"""Linux software RAID, from /proc/mdstat and what sysfs adds: which members failed, what may still fail."""

import re
from dataclasses import replace
from datetime import datetime

from agent.collectors.hardware.part import DEGRADED, FAILED, OK
from agent.collectors.hardware.raid.array import Array
from agent.collectors.procfs import MACHINE, Roots, Unreadable, text, word
from agent.signals import Reading

HEAD = re.compile(r"(\S+) : (active|inactive)(?: \([a-z-]+\))?(.*)")
MEMBER = re.compile(r"([^\s\[]+)\[\d+\]((?:\([A-Z]\))*)")
COUNTS = re.compile(r"\[(\d+)/(\d+)\]\s+\[([U_]+)\]")
PROGRESS = re.compile(r"(recovery|resync|reshape)\s*=\s*([\d.]+)%")
COPIES = re.compile(r"(\d+) (?:near|far|offset)-copies")
PARITY = {"raid4": 1, "raid5": 1, "raid6": 2}


class Md:
    """Every array of the kernel. No md in the kernel is no array; one that was there before is a gap.

    An array whose last disk is pulled out while nobody uses it is taken apart by the system: what was not
    whole when last seen and is gone has failed. Whole ones are taken apart by people.
    """

    name = "raid:md"
    every_s = 20.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._mdstat, self._block = f"{roots.proc}/mdstat", f"{roots.sys}/block"
        self._seen = False
        self._unwhole: dict[str, Array] = {}

    def read(self, now: datetime) -> Reading:
        try:
            told = text(self._mdstat)
        except Unreadable as error:
            if self._seen or "No such file" not in str(error):
                raise
            return Reading(self.name, now, 0.0)
        arrays = parse(told)
        self._seen = self._seen or bool(arrays)
        # Only sysfs knows of a stripe set that lost a disk: mdstat shows it as if all were well.
        arrays = [_failed(array) if self._broken(array) else array for array in arrays]
        there = {array.name for array in arrays}
        gone = [_failed(array) for name, array in self._unwhole.items() if name not in there]
        arrays += [replace(array, working=0) for array in gone]
        self._unwhole = {array.name: array for array in arrays if array.state != OK}
        return Reading(self.name, now, 0.0, tuple(one for array in arrays for one in array.metrics()))

    def _broken(self, array: Array) -> bool:
        return word(f"{self._block}/{array.name}/md/array_state") == "broken"


def _failed(array: Array) -> Array:
    return Array(array.name, array.kind, array.level, FAILED, array.members, array.working, 0, array.failed)


def parse(mdstat: str) -> list[Array]:
    """Raises ValueError when it is not mdstat. Containers of firmware RAID, always inactive, are left out."""
    if not mdstat.startswith("Personalities :"):
        raise ValueError("mdstat does not begin as it should")
    arrays = []
    for block in re.split(r"\n(?=\S)", mdstat)[1:]:
        head = HEAD.match(block)
        if head is None or (head[2] == "inactive" and "super external:" in block):
            continue
        arrays.append(_array(head, block))
    return arrays


def _array(head: "re.Match[str]", block: str) -> Array:
    name, active = head[1], head[2] == "active"
    members = MEMBER.findall(head[3])
    lost = tuple(member for member, flags in members if "(F)" in flags)
    words = head[3].split()
    level = words[0] if active and words else "unknown"
    if not active:
        return Array(name, "md", level, FAILED, len(members), 0, 0, lost)
    counts, progress = COUNTS.search(block), PROGRESS.search(block)
    rebuilt = float(progress[2]) / 100 if progress and progress[1] == "recovery" else None
    if counts is None and level in ("raid1", "raid10", *PARITY):
        raise ValueError(f"mdstat does not count the members of {name}")
    if counts is None:  # stripes and concatenations: nothing may fail, and nothing is counted
        return Array(name, "md", level, OK, len(members), len(members) - len(lost), 0, lost)
    wanted, working = int(counts[1]), int(counts[2])
    left = redundancy(level, wanted, counts[3], block)
    if left < 0:
        return Array(name, "md", level, FAILED, wanted, working, 0, lost, rebuilt)
    state = OK if working >= wanted else DEGRADED
    return Array(name, "md", level, state, wanted, working, left, lost, rebuilt)


def redundancy(level: str, wanted: int, map_of_members: str, block: str) -> int:
    """How many more members may fail at the worst place; below 0: more failed than it bears."""
    missing = map_of_members.count("_")
    if level == "raid1":
        return wanted - missing - 1
    if level in PARITY:
        return PARITY[level] - missing
    copies = COPIES.search(block)
    each = int(copies[1]) if level == "raid10" and copies else 1
    if each == 1:
        return -missing
    if wanted % each == 0 and "near" in (copies[0] if copies else ""):
        groups = [map_of_members[at : at + each] for at in range(0, wanted, each)]
        return min(each - 1 - group.count("_") for group in groups)
    return max(
        0, each - 1 - missing
    )  # how far copies lie apart is not told: assume the worst that still works
