"""The kernel is about to run out of something it has only so many of: apps fail oddly.

Facts: `handle_kind` (files, threads, connections), `handles_used`, `handles_limit`, `handles_used_ratio`
(0..1).
"""

from collections.abc import Iterable

from agent.names import HANDLES
from agent.rules.rule import Level, Memory, Sight, by_object, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class HandlesUsed:
    """High above 90 % for 2 min, over below 80 %."""

    id = "handles.used"
    reads = "handles"
    FACTS = ("handle_kind", "handles_used", "handles_limit", "handles_used_ratio")
    LIMITS = (Limit("high_percent", 90, 20, 100),)
    clear_s = 60.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        names = ("vigia.handles.used", "vigia.handles.count", "vigia.handles.limit")
        limit = terms["high_percent"] / 100
        for kind, values in by_object(reading, HANDLES, *names).items():
            ratio = values[names[0]]
            facts = {
                "handle_kind": kind,
                "handles_used": plain(values.get(names[1], 0.0)),
                "handles_limit": plain(values.get(names[2], 0.0)),
                "handles_used_ratio": plain(ratio),
            }
            yield Sight(kind, (Level(Severity.HIGH, ratio > limit, ratio < limit - 0.10, 120.0),), facts)
