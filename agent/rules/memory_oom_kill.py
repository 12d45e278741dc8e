"""The kernel killed a program for lack of memory: the program they use vanished.

Facts: `oom_kills` (in this occurrence), `oom_kills_since_boot`, `process_name` and `unit_name` of the last
one killed, empty where the kernel's log could not be read or names no service.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.system.kernel.events import events
from agent.rules.terms import Terms
from agent.signals import Reading, Severity

QUIET_S = 15 * MINUTE_S


class MemoryOomKill:
    """High at once, critical when a watch names what was killed; over when 15 min brought no other.

    The first count ever seen is the base.
    """

    id = "memory.oom_kill"
    reads = "kernel"
    FACTS = ("oom_kills", "oom_kills_since_boot", "process_name", "unit_name")
    LIMITS = ()
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        total = reading.value("vigia.memory.oom_kills")
        if total is None:
            return
        at_s = reading.taken_at.timestamp()
        _count(memory, total, at_s)
        hot = 0 <= at_s - memory.get("last_s", -QUIET_S) < QUIET_S
        named = [event for event in events(reading, "oom_kill") if event.age_s < QUIET_S]
        missed = hot and any(not terms.watched.isdisjoint((event.object, event.unit)) for event in named)
        last = min(named, key=lambda event: event.age_s, default=None)
        facts = {
            "oom_kills": plain(memory.get("kills", 0.0)),
            "oom_kills_since_boot": plain(total),
            "process_name": last.object if last else "",
            "unit_name": last.unit if last else "",
        }
        levels = (Level(Severity.CRITICAL, missed, not hot), Level(Severity.HIGH, hot, not hot))
        yield Sight("", levels, facts, datetime.fromtimestamp(memory["first_s"], UTC) if hot else None)


def _count(memory: Memory, total: float, at_s: float) -> None:
    before = memory.get("total", total)
    if total < before:  # the machine was started again
        before = 0.0
    memory["total"] = total
    if total > before:
        recent = at_s - memory.get("last_s", 0.0) < QUIET_S
        memory["kills"] = (memory.get("kills", 0.0) if recent else 0.0) + total - before
        memory["first_s"] = memory.get("first_s", at_s) if recent else at_s
        memory["last_s"] = at_s
