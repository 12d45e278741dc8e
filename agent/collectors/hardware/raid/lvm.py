"""Mirrored and RAID volumes of LVM, from the kernel's own view: `dmsetup status`.

Not `lvs`: it reads the labels of every disk at each call, which would wake those that sleep. The kernel knows
which legs are alive, and tells it without touching a disk.
"""

import re
from datetime import datetime

from agent.collectors.asking import Ask, Tool, Unanswered, answer, ask
from agent.collectors.hardware.part import DEGRADED, FAILED, OK
from agent.collectors.hardware.raid.array import Array
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, word
from agent.signals import Metric, Reading

DMSETUP = Tool(("dmsetup",))
LINE = re.compile(r"(\S+): \d+ \d+ (\S+) (.*)")
LEGS = re.compile(r"[AaDRFSU-]+\Z")


class Lvm:
    """`dmsetup` is asked only where the kernel shows a volume with legs; else there is nothing to know."""

    name = "raid:lvm"
    every_s = 120.0

    def __init__(self, roots: Roots = MACHINE, ask: Ask = ask) -> None:
        self._block, self._ask = f"{roots.sys}/block", ask

    def read(self, now: datetime) -> Reading:
        metrics: list[Metric] = []
        if self._has_legs():
            for array in parse(answer(self._ask, DMSETUP, ("status",))):
                metrics += array.metrics()
        return Reading(self.name, now, 0.0, tuple(metrics))

    def _has_legs(self) -> bool:
        try:
            devices = [entry for entry in names(self._block) if entry.startswith("dm-")]
        except Unreadable:
            return False
        inner = [word(f"{self._block}/{device}/dm/name") or "" for device in devices]
        return any(re.search(r"_(?:rimage|mimage)_\d+\Z", name) for name in inner)


def parse(status: str) -> list[Array]:
    """Raises Unanswered when no line is one of dmsetup's."""
    lines = [LINE.match(line) for line in status.splitlines() if line.strip()]
    if not lines or not any(lines):
        raise Unanswered("dmsetup status: its answer is not the list that was expected")
    arrays = []
    for line in filter(None, lines):
        name, words = plain_name(line[1]), line[3].split()
        if line[2] == "raid" and len(words) >= 4 and LEGS.match(words[2]):
            level = words[0].split("_")[0]
            arrays.append(_array(name, level, words[2], "AaR", _share(words[3]) if "a" in words[2] else None))
        elif line[2] == "mirror":
            legs = next((word for word in words if LEGS.match(word) and len(word) == int(words[0])), "")
            if legs:
                arrays.append(_array(name, "raid1", legs, "AR", None))
    return arrays


def plain_name(name: str) -> str:
    """`my--vg-data` is the volume data of my-vg (dmsetup writes "-" in names twice)."""
    volume_group, _, volume = re.sub("--", "\0", name).partition("-")
    return f"{volume_group}/{volume}".replace("\0", "-").rstrip("/")


def _array(name: str, level: str, legs: str, alive: str, rebuilt: float | None) -> Array:
    lost = tuple(f"leg {number}" for number, leg in enumerate(legs) if leg not in alive)
    bears = {"raid1": len(legs) - 1, "raid10": 1, "raid4": 1, "raid5": 1, "raid6": 2}.get(level, 0)
    left = bears - len(lost)
    state = OK if not lost else DEGRADED if left >= 0 else FAILED
    return Array(name, "lvm", level, state, len(legs), len(legs) - len(lost), max(0, left), lost, rebuilt)


def _share(words: str) -> float | None:
    done, _, whole = words.partition("/")
    return int(done) / int(whole) if done.isdecimal() and whole.isdecimal() and int(whole) else None
