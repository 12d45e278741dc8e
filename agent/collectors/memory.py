"""Memory, swap and paging: /proc/meminfo, /proc/vmstat."""

from datetime import datetime

from agent.collectors.procfs import MACHINE, Roots, Unreadable, text
from agent.collectors.rates import Rates
from agent.names import FAULT_TYPE, MEMORY_STATE, PAGING_STATE
from agent.signals import Gap, Metric, Reading


class Memory:
    """Bytes; `vigia.memory.available` is a ratio 0..1. What was killed for lack of it: the kernel's log."""

    name = "memory"
    every_s = 10.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._meminfo, self._vmstat = f"{roots.proc}/meminfo", f"{roots.proc}/vmstat"
        self._rates = Rates()

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        metrics = usage(parse_meminfo(text(self._meminfo)))
        gaps: list[Gap] = []
        try:
            counters = parse_vmstat(text(self._vmstat))
        except (Unreadable, ValueError) as error:
            gaps.append(Gap(self.name, str(error)))
        else:
            metrics += self._counted(counters)
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _counted(self, counters: dict[str, int]) -> list[Metric]:
        metrics = []
        if "pgmajfault" in counters:
            major = counters["pgmajfault"]
            metrics.append(Metric("system.paging.faults", major, "{fault}", {FAULT_TYPE: "major"}))
            rate = self._rates.per_s("major", major)
            if rate is not None:
                metrics.append(Metric("vigia.paging.major_fault_rate", rate, "{fault}/s"))
        return metrics


def usage(info: dict[str, int]) -> list[Metric]:
    """Metrics of one /proc/meminfo. Raises ValueError when it contradicts itself."""
    total, available, free = info["MemTotal"], info["MemAvailable"], info["MemFree"]
    swap_total, swap_free = info.get("SwapTotal", 0), info.get("SwapFree", 0)
    if total <= 0 or not 0 <= available <= total or not 0 <= swap_free <= swap_total:
        raise ValueError("more memory is free than there is")
    cached = info.get("Cached", 0) + info.get("SReclaimable", 0)
    metrics = [
        Metric("system.memory.limit", total, "By"),
        Metric("system.memory.usage", total - available, "By", {MEMORY_STATE: "used"}),
        Metric("system.memory.usage", free, "By", {MEMORY_STATE: "free"}),
        Metric("system.memory.usage", cached, "By", {MEMORY_STATE: "cached"}),
        Metric("system.linux.memory.available", available, "By"),
        Metric("vigia.memory.available", available / total, "1"),
        Metric("system.paging.usage", swap_total - swap_free, "By", {PAGING_STATE: "used"}),
        Metric("system.paging.usage", swap_free, "By", {PAGING_STATE: "free"}),
    ]
    if swap_total:
        used = (swap_total - swap_free) / swap_total
        metrics.append(Metric("system.paging.utilization", used, "1", {PAGING_STATE: "used"}))
    return metrics


def parse_meminfo(meminfo: str) -> dict[str, int]:
    """Bytes by name. Raises ValueError; KeyError for the three names that nothing works without."""
    info = {}
    for line in meminfo.splitlines():
        key, colon, rest = line.partition(":")
        words = rest.split()
        if not colon or not words:
            raise ValueError("a line without a name and a number")
        info[key] = int(words[0]) * (1024 if words[1:] == ["kB"] else 1)
    for key in ("MemTotal", "MemAvailable", "MemFree"):
        if key not in info:
            raise ValueError(f"{key} is missing")
    return info


def parse_vmstat(vmstat: str) -> dict[str, int]:
    """The two counters we read, those of them that the kernel has. Raises ValueError."""
    counters = {}
    for line in vmstat.splitlines():
        if line.startswith(("oom_kill ", "pgmajfault ")):
            key, number = line.split()
            counters[key] = int(number)
    if not counters:
        raise ValueError("vmstat holds none of the counters that are read")
    return counters
