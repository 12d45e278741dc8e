"""A filesystem runs out of inodes: "disk full" with free space.

Facts: `mountpoint`, `device`, `filesystem_type`, `inodes_free`, `inodes_limit`, `inodes_free_ratio` (0..1).
"""

from collections.abc import Iterable

from agent.config import Role
from agent.rules.filesystems import filesystems, has_room
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.signals import Reading, Severity


class FilesystemInodes:
    """Critical below 2 % free, high below 5 %, for 5 min."""

    id = "filesystem.inodes"
    reads = "filesystems"
    FACTS = ("mountpoint", "device", "filesystem_type", "inodes_free", "inodes_limit", "inodes_free_ratio")
    clear_s = 30.0
    forgets = True

    def look(self, reading: Reading, role: Role, memory: Memory) -> Iterable[Sight]:
        for one in filter(has_room, filesystems(reading)):
            if not one.inodes or one.inodes_free is None:
                continue
            ratio = one.inodes_free / one.inodes
            levels = (
                Level(Severity.CRITICAL, ratio < 0.02, ratio >= 0.03, 5 * MINUTE_S),
                Level(Severity.HIGH, ratio < 0.05, ratio >= 0.07, 5 * MINUTE_S),
            )
            facts = {
                **one.named(),
                "inodes_free": plain(one.inodes_free),
                "inodes_limit": plain(one.inodes),
                "inodes_free_ratio": plain(ratio),
            }
            yield Sight(one.mountpoint, levels, facts)
