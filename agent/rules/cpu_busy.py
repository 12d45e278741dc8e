"""The processors have no rest: slow, or one process is stuck.

Facts: `cpu_busy_ratio` (0..1), `cpu_count`.
"""

from collections.abc import Iterable

from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class CpuBusy:
    """Normal above 95 % for 15 min (workstations 30), cleared below 85 %. Never critical alone."""

    id = "cpu.busy"
    reads = "cpu"
    FACTS = ("cpu_busy_ratio", "cpu_count")
    LIMITS = (
        Limit("normal_percent", 95, 20, 100),
        Limit("normal_minutes", 15, 1, 1440, workstation=30),
    )
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        busy, count = reading.value("vigia.cpu.busy"), reading.value("system.cpu.logical.count")
        if busy is None or count is None:
            return
        facts = {"cpu_busy_ratio": plain(busy), "cpu_count": plain(count)}
        limit, hold_s = terms["normal_percent"] / 100, terms["normal_minutes"] * MINUTE_S
        yield Sight("", (Level(Severity.NORMAL, busy > limit, busy < limit - 0.10, hold_s),), facts)
