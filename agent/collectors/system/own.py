"""The agent itself: what it costs this machine, and how much of its spool waits."""

import os
from datetime import datetime
from pathlib import Path

from agent.collectors.procfs import MACHINE, PAGE_BYTES, TICKS_PER_S, Roots, text, word
from agent.collectors.rates import Rates
from agent.config import Config
from agent.signals import Metric, Reading

NO_LIMIT_BYTES = 1 << 62


class Own:
    """`process.memory.usage` (resident) and, under a limit, `vigia.agent.memory_limit` in bytes;
    `vigia.agent.cpu` processor seconds per second since the last look, ended children included;
    `vigia.spool.usage` and `vigia.spool.limit` in bytes once a configuration says where the spool is."""

    name = "own"
    every_s = 60.0

    def __init__(self, roots: Roots = MACHINE, data: Path | None = None, quota_bytes: int = 0) -> None:
        self._roots, self._data, self._quota = roots, data, quota_bytes
        self._rates = Rates()

    def fit(self, config: Config) -> "Own":
        """The same, with the spool."""
        return Own(self._roots, config.data, config.spool_quota_bytes)

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        self_ = f"{self._roots.proc}/self"
        resident = int(text(f"{self_}/statm").split()[1]) * PAGE_BYTES
        fields = text(f"{self_}/stat").rpartition(")")[2].split()
        metrics = [
            Metric("process.memory.usage", resident, "By"),
            Metric("process.thread.count", int(fields[17]), "{thread}"),
        ]
        busy = self._rates.per_s("cpu", sum(int(field) for field in fields[11:15]) / TICKS_PER_S)
        if busy is not None:
            metrics.append(Metric("vigia.agent.cpu", busy, "1"))
        limit = memory_limit(text(f"{self_}/cgroup"), self._roots)
        if limit is not None:
            metrics.append(Metric("vigia.agent.memory_limit", limit, "By"))
        if self._data is not None:
            metrics.append(Metric("vigia.spool.usage", size_of(self._data / "spool"), "By"))
            metrics.append(Metric("vigia.spool.limit", self._quota, "By"))
        return Reading(self.name, now, 0.0, tuple(metrics))


def memory_limit(cgroup: str, roots: Roots) -> int | None:
    """The control group's limit in bytes; None where there is none, or none of ours to see."""
    for line in cgroup.splitlines():
        fields = line.split(":", 2)
        if len(fields) == 3 and fields[:2] == ["0", ""]:
            told = word(f"{roots.sys}/fs/cgroup{fields[2]}/memory.max")
        elif len(fields) == 3 and fields[1] == "memory":
            told = word(f"{roots.sys}/fs/cgroup/memory{fields[2]}/memory.limit_in_bytes")
        else:
            continue
        if told and told.isdecimal() and 0 < int(told) < NO_LIMIT_BYTES:
            return int(told)
    return None


def size_of(folder: Path) -> int:
    """Bytes of the files in the folder and its folders; a file that goes away meanwhile is none."""
    total = 0
    if not folder.is_dir():  # not yet made
        return 0
    for entry in os.scandir(folder):
        try:
            total += size_of(Path(entry.path)) if entry.is_dir() else entry.stat().st_size
        except FileNotFoundError:
            continue
    return total
