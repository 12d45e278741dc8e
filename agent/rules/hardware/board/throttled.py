"""The processor slows itself down because it is too hot: everything is slow, and nothing is busy.

Facts: `cpu_name`, `throttles_risen` in the last 10 min, `throttles_count` since the boot.
"""

from collections.abc import Iterable

from agent.role import Role
from agent.rules.hardware.parts import parts, rise
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

WINDOW_S = 10 * MINUTE_S
PROPOSED = {Role.SERVER: Severity.HIGH, Role.DESKTOP: Severity.NORMAL}


class CpuThrottled:
    """High on servers, normal on desktops, when it does so for 5 min on end. Laptops do so by design."""

    id = "cpu.throttled"
    reads = "sensors"
    FACTS = ("cpu_name", "throttles_risen", "throttles_count")
    LIMITS = (Limit("hold_minutes", 5, 1, 1440),)
    clear_s = 5 * MINUTE_S
    forgets = False
    blind_max_s = 300.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        if terms.role not in PROPOSED:
            return
        for cpu in parts(reading, "cpu"):
            count = cpu.figure("vigia.cpu.throttles")
            if count is None:
                continue
            at_s = reading.taken_at.timestamp()
            seen = rise(memory, cpu.id, count, at_s, WINDOW_S)
            hot = seen.last_s is not None and at_s - seen.last_s < 2 * MINUTE_S
            facts = {
                "cpu_name": cpu.name,
                "throttles_risen": plain(seen.risen),
                "throttles_count": plain(count),
            }
            yield Sight(
                cpu.id, (Level(PROPOSED[terms.role], hot, not hot, terms["hold_minutes"] * MINUTE_S),), facts
            )
