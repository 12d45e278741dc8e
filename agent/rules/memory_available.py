"""Memory runs out: first everything is slow, then the kernel kills programs.

Facts: `memory_available_bytes`, `memory_total_bytes`, `memory_available_ratio` (0..1), `swap_free_bytes`.
"""

from collections.abc import Iterable

from agent.names import PAGING_STATE
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

SWAP_FULL_BYTES = 64 * 1024 * 1024


class MemoryAvailable:
    """Critical below 2 % for 5 min with swap full or none; high below 5 %, normal 10 %, for 15 min."""

    id = "memory.available"
    reads = "memory"
    FACTS = ("memory_available_bytes", "memory_total_bytes", "memory_available_ratio", "swap_free_bytes")
    LIMITS = (
        Limit("critical_percent", 2, 0, 50, workstation=1.5, at_most="high_percent"),
        Limit("high_percent", 5, 0, 60, workstation=3, at_most="normal_percent"),
        Limit("normal_percent", 10, 0, 90, workstation=6),
    )
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        ratio = reading.value("vigia.memory.available")
        total = reading.value("system.memory.limit")
        available = reading.value("system.linux.memory.available")
        swap_free = reading.value("system.paging.usage", **{PAGING_STATE: "free"})
        if ratio is None or total is None or swap_free is None:
            return
        if available is None:  # a name of Linux alone
            available = ratio * total
        critical, high, normal = (terms[f"{name}_percent"] / 100 for name in ("critical", "high", "normal"))
        swap_full = swap_free < SWAP_FULL_BYTES
        levels = (
            Level(Severity.CRITICAL, ratio < critical and swap_full, ratio >= critical * 1.5, 5 * MINUTE_S),
            Level(Severity.HIGH, ratio < high, ratio >= high * 1.4, 15 * MINUTE_S),
            Level(Severity.NORMAL, ratio < normal, ratio >= normal * 1.2, 15 * MINUTE_S),
        )
        facts = {
            "memory_available_bytes": plain(available),
            "memory_total_bytes": plain(total),
            "memory_available_ratio": plain(ratio),
            "swap_free_bytes": plain(swap_free),
        }
        yield Sight("", levels, facts)
