"""Memory runs out: first everything is slow, then the kernel kills programs.

Facts: `memory_available_bytes`, `memory_total_bytes`, `memory_available_ratio` (0..1), `swap_free_bytes`.
"""

from collections.abc import Iterable

from agent.config import Role
from agent.names import PAGING_STATE
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.signals import Reading, Severity

# (critical, high, normal): ratios of memory that is still available.
LIMITS = {
    Role.SERVER: (0.02, 0.05, 0.10),
    Role.DESKTOP: (0.015, 0.03, 0.06),
    Role.LAPTOP: (0.015, 0.03, 0.06),
}
SWAP_FULL_BYTES = 64 * 1024 * 1024


class MemoryAvailable:
    """Critical below 2 % for 5 min with swap full or none; high below 5 %, normal 10 %, for 15 min."""

    id = "memory.available"
    reads = "memory"
    FACTS = ("memory_available_bytes", "memory_total_bytes", "memory_available_ratio", "swap_free_bytes")
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, role: Role, memory: Memory) -> Iterable[Sight]:
        ratio = reading.value("vigia.memory.available")
        total = reading.value("system.memory.limit")
        available = reading.value("system.linux.memory.available")
        swap_free = reading.value("system.paging.usage", **{PAGING_STATE: "free"})
        if ratio is None or total is None or available is None or swap_free is None:
            return
        critical, high, normal = LIMITS[role]
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
