"""A filesystem runs out of inodes: "disk full" with free space.

Facts: `mountpoint`, `device`, `filesystem_type`, `inodes_free`, `inodes_limit`, `inodes_free_ratio` (0..1).
"""

from collections.abc import Iterable

from agent.rules.filesystems import filesystems, has_room
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class FilesystemInodes:
    """Critical below 2 % free, high below 5 %, for 5 min."""

    id = "filesystem.inodes"
    reads = "filesystems"
    FACTS = ("mountpoint", "device", "filesystem_type", "inodes_free", "inodes_limit", "inodes_free_ratio")
    LIMITS = (
        Limit("critical_percent", 2, 0, 50, at_most="high_percent"),
        Limit("high_percent", 5, 0, 50),
    )
    clear_s = 30.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for one in filter(has_room, filesystems(reading)):
            if not one.inodes or one.inodes_free is None:
                continue
            ratio = one.inodes_free / one.inodes
            critical, high = terms["critical_percent"] / 100, terms["high_percent"] / 100
            levels = (
                Level(Severity.CRITICAL, ratio < critical, ratio >= critical * 1.5, 5 * MINUTE_S),
                Level(Severity.HIGH, ratio < high, ratio >= high * 1.4, 5 * MINUTE_S),
            )
            facts = {
                **one.named(),
                "inodes_free": plain(one.inodes_free),
                "inodes_limit": plain(one.inodes),
                "inodes_free_ratio": plain(ratio),
            }
            yield Sight(one.mountpoint, levels, facts)
