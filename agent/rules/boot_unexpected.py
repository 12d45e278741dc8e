"""The machine came up without having been shut down: power, a panic, or somebody's finger.

Facts: `uptime_s`, `boot_at_unix_s`, `unclean_boots_24h`, `panic_records` (crash records that firmware kept).
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from agent.role import Role
from agent.rules.rule import HOUR_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

# The kernel counts back to its start from the clock of now, which is being set.
SAME_BOOT_S = 20.0


class BootUnexpected:
    """High for the first hour after it, critical from the third in 24 h; workstations normal and high.

    Each one is told by itself, with the minutes before it.
    """

    id = "boot.unexpected"
    reads = "uptime"
    FACTS = ("uptime_s", "boot_at_unix_s", "unclean_boots_24h", "panic_records")
    LIMITS = (Limit("often_count", 3, 2, 100),)
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        unclean, uptime_s = reading.value("vigia.boot.unclean"), reading.value("system.uptime")
        boot_at_s = reading.value("vigia.boot.time")
        if unclean is None or uptime_s is None or boot_at_s is None:
            return
        if abs(boot_at_s - memory.get("boot_at_s", 0.0)) > SAME_BOOT_S:
            memory["boots"] = memory.get("boots", 0.0) + 1
        memory["boot_at_s"], boots = boot_at_s, memory.get("boots", 0.0)
        count = reading.value("vigia.boot.unclean_24h") or 0.0
        fresh = bool(unclean) and uptime_s < HOUR_S
        once, often = Severity.HIGH, Severity.CRITICAL
        if terms.role is not Role.SERVER:
            once, often = Severity.NORMAL, Severity.HIGH
        levels = (
            Level(once, fresh, not fresh),
            Level(often, fresh and count >= terms["often_count"], not fresh),
        )
        facts = {
            "uptime_s": plain(uptime_s),
            "boot_at_unix_s": plain(boot_at_s),
            "unclean_boots_24h": plain(count),
            "panic_records": plain(reading.value("vigia.boot.panic_records") or 0.0),
        }
        yield Sight("", levels, facts, datetime.fromtimestamp(boot_at_s, UTC), boots)
