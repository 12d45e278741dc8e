"""btrfs over several devices, from sysfs: missing devices, error counters, what may still fail.

`btrfs filesystem show` would say no more, needs root and opens every disk; sysfs tells it to anybody.
"""

from datetime import datetime

from agent.collectors.hardware.part import DEGRADED, OK
from agent.collectors.hardware.raid.array import Array, member_errors
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, text
from agent.signals import Gap, Metric, Reading

# How many devices each profile bears to lose.
BEARS = {
    "single": 0, "dup": 0, "raid0": 0, "raid1": 1, "raid10": 1, "raid5": 1, "raid1c3": 2, "raid6": 2,
    "raid1c4": 3,
}  # fmt: skip
KINDS = {"write_errs": "write", "read_errs": "read", "flush_errs": "flush",
         "corruption_errs": "checksum", "generation_errs": "generation"}  # fmt: skip


class Btrfs:
    """Every mounted btrfs: also one of a single device, whose errors are counted all the same."""

    name = "raid:btrfs"
    every_s = 60.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._root = f"{roots.sys}/fs/btrfs"

    def read(self, now: datetime) -> Reading:
        try:
            entries = names(self._root)
        except Unreadable:
            return Reading(self.name, now, 0.0)  # no btrfs in this kernel
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for uuid in (entry for entry in entries if len(entry) == 36 and entry.count("-") == 4):
            try:
                metrics += self._look(uuid)
            except (Unreadable, ValueError, KeyError) as error:
                gaps.append(Gap(self.name, f"{uuid}: {error}"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _look(self, uuid: str) -> list[Metric]:
        folder = f"{self._root}/{uuid}"
        name = text(f"{folder}/label").strip() or uuid
        try:
            devices = names(f"{folder}/devinfo")
        except Unreadable:
            raise Unreadable("this kernel does not tell of its devices (5.14 and later do)") from None
        missing = [device for device in devices if text(f"{folder}/devinfo/{device}/missing").strip() == "1"]
        profiles = self._profiles(folder)
        lost = tuple(f"device {device}" for device in missing)
        left = max(0, min((BEARS.get(profile, 0) for profile in profiles), default=0) - len(missing))
        state = DEGRADED if missing else OK
        array = Array(
            name, "btrfs", "+".join(profiles), state, len(devices), len(devices) - len(missing), left, lost
        )
        metrics = array.metrics()
        for device in devices:
            for line in text(f"{folder}/devinfo/{device}/error_stats").splitlines():
                key, _, count = line.partition(" ")
                if key in KINDS:  # of a missing device it says "invalid"
                    metrics.append(member_errors(name, f"device {device}", KINDS[key], int(count)))
        return metrics

    def _profiles(self, folder: str) -> list[str]:
        """Of data and metadata: a filesystem being converted has several."""
        found = set()
        for kind in ("data", "metadata", "mixed"):
            try:
                entries = names(f"{folder}/allocation/{kind}")
            except Unreadable:
                continue
            found |= {entry for entry in entries if entry in BEARS}
        return sorted(found)
