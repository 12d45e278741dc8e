"""The sensor chips that the kernel shows under /sys/class/hwmon, and what each stands for."""

import os
import re
from collections import Counter
from dataclasses import dataclass

from agent.collectors.procfs import Unreadable, names, word

DISKS = ("nvme", "drivetemp")
TRUSTED = (
    *DISKS,
    "coretemp",
    "k10temp",
    "zenpower",
    "cpu_thermal",
    "acpitz",
    "jc42",
    "amdgpu",
    "soc_thermal",
)
GRAPHICS = ("amdgpu", "nouveau", "radeon", "nvidia", "i915", "xe")


@dataclass(frozen=True, slots=True)
class Chip:
    """`id` is its name, with the device where two have the same; `disk` the disk it is in, or empty."""

    folder: str
    name: str
    id: str
    disk: str

    @property
    def trusted(self) -> bool:
        """Whether its limits are the maker's own."""
        return self.name in TRUSTED

    @property
    def graphics(self) -> bool:
        return self.name in GRAPHICS

    def inputs(self, kind: str) -> list[tuple[str, str]]:
        """(number, label) of its inputs of that kind ("temp", "fan")."""
        found = (re.match(rf"{kind}(\d+)_input\Z", entry) for entry in _entries(self.folder))
        numbers = sorted((match[1] for match in found if match), key=int)
        return [(number, word(f"{self.folder}/{kind}{number}_label") or kind + number) for number in numbers]


def chips(root: str) -> list[Chip]:
    """All of them, by name: the numbers of hwmon change from boot to boot."""
    seen = [(word(f"{root}/{entry}/name") or "", f"{root}/{entry}") for entry in _entries(root)]
    often = Counter(name for name, _ in seen)
    found: list[Chip] = []
    for name, folder in seen:
        disk = _disk(f"{folder}/device") if name in DISKS else ""
        if not name or (name in DISKS and not disk):
            continue
        device = os.path.basename(os.path.realpath(f"{folder}/device"))
        known = name if often[name] == 1 else f"{name} {device}"
        same = sum(1 for chip in found if chip.id.partition("#")[0] == known)
        found.append(Chip(folder, name, f"{known}#{same + 1}" if same else known, disk))
    return sorted(found, key=lambda chip: chip.id)


def _disk(device: str) -> str:
    """As smartctl calls it: sda by its block device, nvme0 by its namespaces."""
    for entry in _entries(device):
        namespace = re.match(r"(nvme\d+)(?:c\d+)?n\d+\Z", entry)
        if namespace:
            return namespace[1]
    return next(iter(_entries(f"{device}/block")), "")


def _entries(path: str) -> list[str]:
    try:
        return names(path)
    except Unreadable:
        return []
