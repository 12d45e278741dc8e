"""The agent itself takes more than it promised, or can hardly keep what it finds.

Facts: `agent_memory_bytes`, `agent_memory_limit_bytes` (empty without one), `agent_cpu_ratio` (of one
processor, 0..; empty where unknown), `spool_bytes`, `spool_limit_bytes` (empty where unknown).
"""

from collections.abc import Iterable

from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

MIB = 1024.0**2
# Of a cap, memory's or the spool's, from which it counts as hit.
CAP = 0.95


class AgentOwn:
    """Normal above 96 MiB or 5 % of a processor; high at a cap: its memory limit, or its spool's quota."""

    id = "agent.own"
    reads = "own"
    FACTS = (
        "agent_memory_bytes",
        "agent_memory_limit_bytes",
        "agent_cpu_ratio",
        "spool_bytes",
        "spool_limit_bytes",
    )
    LIMITS = (Limit("normal_mib", 96, 32, 4096), Limit("normal_cpu_percent", 5, 0.1, 100))
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        resident = reading.value("process.memory.usage")
        if resident is None:
            return
        limit, busy = reading.value("vigia.agent.memory_limit"), reading.value("vigia.agent.cpu")
        spool, quota = reading.value("vigia.spool.usage"), reading.value("vigia.spool.limit")
        capped = (limit is not None and resident > limit * CAP) or _full(spool, quota, CAP)
        large = resident > terms["normal_mib"] * MIB
        dear = busy is not None and busy > terms["normal_cpu_percent"] / 100
        levels = (
            Level(Severity.HIGH, capped, not capped, 5 * MINUTE_S),
            Level(Severity.NORMAL, large or dear, not (large or dear), 15 * MINUTE_S),
        )
        facts = {
            "agent_memory_bytes": plain(resident),
            "agent_memory_limit_bytes": "" if limit is None else plain(limit),
            "agent_cpu_ratio": "" if busy is None else plain(busy),
            "spool_bytes": "" if spool is None else plain(spool),
            "spool_limit_bytes": "" if quota is None else plain(quota),
        }
        yield Sight("", levels, facts)


def _full(spool: float | None, quota: float | None, share: float) -> bool:
    return spool is not None and bool(quota) and quota is not None and spool > quota * share
