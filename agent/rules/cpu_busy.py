"""The processors have no rest: slow, or one process is stuck.

Facts: `cpu_busy_ratio` (0..1), `cpu_count`.
"""

from collections.abc import Iterable

from agent.config import Role
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.signals import Reading, Severity

HOLD_S = {Role.SERVER: 15 * MINUTE_S, Role.DESKTOP: 30 * MINUTE_S, Role.LAPTOP: 30 * MINUTE_S}


class CpuBusy:
    """Normal above 95 % for 15 min (workstations 30), cleared below 85 %. Never critical alone."""

    id = "cpu.busy"
    reads = "cpu"
    FACTS = ("cpu_busy_ratio", "cpu_count")
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, role: Role, memory: Memory) -> Iterable[Sight]:
        busy, count = reading.value("vigia.cpu.busy"), reading.value("system.cpu.logical.count")
        if busy is None or count is None:
            return
        facts = {"cpu_busy_ratio": plain(busy), "cpu_count": plain(count)}
        yield Sight("", (Level(Severity.NORMAL, busy > 0.95, busy < 0.85, HOLD_S[role]),), facts)
