"""A filesystem found itself inconsistent: what is written on it may be lost.

Facts: `device`, `errors_risen` in the last day, `errors_count` since it was last checked.
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import DAY_S, parts, rise
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class FilesystemErrors:
    """High for a day after the count rose; normal until the filesystem was checked."""

    id = "filesystem.errors"
    reads = "ext4"
    FACTS = ("device", "errors_risen", "errors_count")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = 300.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for one in parts(reading, "logical_disk"):
            count = one.figure("vigia.filesystem.errors")
            if count is None:
                continue
            seen = rise(memory, one.id, count, reading.taken_at.timestamp(), DAY_S)
            levels = (
                Level(Severity.HIGH, seen.risen > 0, seen.risen == 0),
                Level(Severity.NORMAL, count > 0, count == 0),
            )
            facts = {"device": one.id, "errors_risen": plain(seen.risen), "errors_count": plain(count)}
            yield Sight(one.id, levels, facts)
