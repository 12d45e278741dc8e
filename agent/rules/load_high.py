"""More work waits than the machine can do: processors or disks are the bottleneck.

Facts: `load_per_cpu` (5 minutes' load divided by processors), `load_5m`.
"""

from collections.abc import Iterable

from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class LoadHigh:
    """Normal above 3 a processor (workstations 6) for 15 min, cleared below two thirds of that."""

    id = "load.high"
    reads = "uptime"
    FACTS = ("load_per_cpu", "load_5m")
    LIMITS = (Limit("normal_per_cpu", 3, 0.5, 1000, workstation=6),)
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        per_cpu = reading.value("vigia.load.per_cpu")
        load = reading.value("system.cpu.load_average.5m")
        if per_cpu is None or load is None:
            return
        limit = terms["normal_per_cpu"]
        facts = {"load_per_cpu": plain(per_cpu), "load_5m": plain(load)}
        yield Sight(
            "", (Level(Severity.NORMAL, per_cpu > limit, per_cpu < limit * 2 / 3, 15 * MINUTE_S),), facts
        )
