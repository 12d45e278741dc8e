"""Swap is nearly used up: the machine thrashes.

Facts: `swap_used_ratio` (0..1), `swap_used_bytes`, `major_faults_per_s`.
"""

from collections.abc import Iterable

from agent.config import Role
from agent.names import PAGING_STATE
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.signals import Reading, Severity

# Pages fetched from disk per second from which people notice.
THRASHING_PER_S = 100.0


class SwapUsed:
    """High above 95 % with pages being fetched all the time, for 5 min; normal above 80 % for 15 min."""

    id = "swap.used"
    reads = "memory"
    FACTS = ("swap_used_ratio", "swap_used_bytes", "major_faults_per_s")
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, role: Role, memory: Memory) -> Iterable[Sight]:
        ratio = reading.value("system.paging.utilization", **{PAGING_STATE: "used"})
        used = reading.value("system.paging.usage", **{PAGING_STATE: "used"})
        faults = reading.value("vigia.paging.major_fault_rate")
        if ratio is None or used is None:
            return
        thrashing = faults is not None and faults > THRASHING_PER_S
        levels = (
            Level(Severity.HIGH, ratio > 0.95 and thrashing, ratio < 0.90, 5 * MINUTE_S),
            Level(Severity.NORMAL, ratio > 0.80, ratio < 0.70, 15 * MINUTE_S),
        )
        facts = {
            "swap_used_ratio": plain(ratio),
            "swap_used_bytes": plain(used),
            "major_faults_per_s": "" if faults is None else plain(faults),
        }
        yield Sight("", levels, facts)
