"""Swap is nearly used up: the machine thrashes.

Facts: `swap_used_ratio` (0..1), `swap_used_bytes`, `major_faults_per_s`.
"""

from collections.abc import Iterable

from agent.names import PAGING_STATE
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class SwapUsed:
    """High above 95 % with pages being fetched all the time, for 5 min; normal above 80 % for 15 min."""

    id = "swap.used"
    reads = "memory"
    FACTS = ("swap_used_ratio", "swap_used_bytes", "major_faults_per_s")
    LIMITS = (
        Limit("normal_percent", 80, 11, 100, at_most="high_percent"),
        Limit("high_percent", 95, 11, 100),
        # Pages fetched from disk per second from which people notice.
        Limit("high_faults_per_s", 100, 0, 1e6),
    )
    clear_s = 60.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        ratio = reading.value("system.paging.utilization", **{PAGING_STATE: "used"})
        used = reading.value("system.paging.usage", **{PAGING_STATE: "used"})
        faults = reading.value("vigia.paging.major_fault_rate")
        if ratio is None or used is None:
            return
        thrashing = faults is not None and faults > terms["high_faults_per_s"]
        high, normal = terms["high_percent"] / 100, terms["normal_percent"] / 100
        levels = (
            Level(Severity.HIGH, ratio > high and thrashing, ratio < high - 0.05, 5 * MINUTE_S),
            Level(Severity.NORMAL, ratio > normal, ratio < normal - 0.10, 15 * MINUTE_S),
        )
        facts = {
            "swap_used_ratio": plain(ratio),
            "swap_used_bytes": plain(used),
            "major_faults_per_s": "" if faults is None else plain(faults),
        }
        yield Sight("", levels, facts)
