"""How busy the processors are, from /proc/stat."""

from datetime import datetime

from agent.collectors.procfs import MACHINE, Roots, text
from agent.names import CPU_MODE
from agent.signals import Metric, Reading

MODES = ("user", "nice", "system", "idle", "iowait", "interrupt", "softirq", "steal")
RESTING = ("idle", "iowait")


class Cpu:
    """`system.cpu.utilization` by mode, `vigia.cpu.busy`: 0..1 since the last look, none on the first."""

    name = "cpu"
    every_s = 10.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._stat = f"{roots.proc}/stat"
        self._before: tuple[int, ...] | None = None

    def read(self, now: datetime) -> Reading:
        ticks, count = parse_stat(text(self._stat))
        metrics = [Metric("system.cpu.logical.count", count, "{cpu}")]
        before, self._before = self._before, ticks
        if before is not None:
            # The kernel lets iowait run backwards now and then.
            grown = [max(0, after - earlier) for after, earlier in zip(ticks, before, strict=True)]
            total = sum(grown)
            if total > 0:
                shares = {mode: part / total for mode, part in zip(MODES, grown, strict=True)}
                metrics += [Metric("system.cpu.utilization", share, "1", {CPU_MODE: mode})
                            for mode, share in shares.items()]  # fmt: skip
                busy = 1.0 - sum(shares[mode] for mode in RESTING)
                metrics.append(Metric("vigia.cpu.busy", min(1.0, max(0.0, busy)), "1"))
        return Reading(self.name, now, 0.0, tuple(metrics))


def parse_stat(stat: str) -> tuple[tuple[int, ...], int]:
    """Ticks by mode, in the order of MODES, and how many processors are on line. Raises ValueError."""
    lines = stat.splitlines()
    first = lines[0].split() if lines else []
    if len(first) < len(MODES) + 1 or first[0] != "cpu":
        raise ValueError("the first line is not the sum of the processors")
    ticks = tuple(int(word) for word in first[1 : len(MODES) + 1])
    count = sum(1 for line in lines[1:] if line.startswith("cpu"))
    if count == 0 or min(ticks) < 0:
        raise ValueError("no processors, or negative ticks")
    return ticks, count
