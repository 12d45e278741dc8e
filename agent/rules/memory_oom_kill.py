"""The kernel killed a program for lack of memory: the program they use vanished.

Facts: `oom_kills` (in this occurrence), `oom_kills_since_boot`.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity

QUIET_S = 15 * MINUTE_S


class MemoryOomKill:
    """High at once; over when no program was killed for 15 min. The first count ever seen is the base."""

    id = "memory.oom_kill"
    reads = "memory"
    FACTS = ("oom_kills", "oom_kills_since_boot")
    LIMITS = ()
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        total = reading.value("vigia.memory.oom_kills")
        if total is None:
            return
        at_s = reading.taken_at.timestamp()
        before = memory.get("total", total)
        if total < before:  # the machine was started again
            before = 0.0
        memory["total"] = total
        if total > before:
            recent = at_s - memory.get("last_s", 0.0) < QUIET_S
            memory["kills"] = (memory.get("kills", 0.0) if recent else 0.0) + total - before
            memory["first_s"] = memory.get("first_s", at_s) if recent else at_s
            memory["last_s"] = at_s
        hot = 0 <= at_s - memory.get("last_s", -QUIET_S) < QUIET_S
        since = datetime.fromtimestamp(memory["first_s"], UTC) if hot else None
        facts = {"oom_kills": plain(memory.get("kills", 0.0)), "oom_kills_since_boot": plain(total)}
        yield Sight("", (Level(Severity.HIGH, hot, not hot),), facts, since)
