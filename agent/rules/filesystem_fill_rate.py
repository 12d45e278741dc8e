"""A filesystem will be full soon: a warning while there is still time.

Facts: `mountpoint`, `device`, `filesystem_type`, `disk_free_bytes`, `disk_size_bytes`, `disk_free_ratio`
(0..1), `disk_full_in_s` (seconds until full on the line of the last 6 h; empty once it no longer fills).
"""

from collections.abc import Iterable

from agent.rules import trend
from agent.rules.filesystems import filesystems, has_room
from agent.rules.rule import HOUR_S, MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class FilesystemFillRate:
    """High when full within 4 h, normal within 24 h. Workstations only high: they copy and delete all day."""

    id = "filesystem.fill_rate"
    reads = "filesystems"
    FACTS = (
        "mountpoint",
        "device",
        "filesystem_type",
        "disk_free_bytes",
        "disk_size_bytes",
        "disk_free_ratio",
        "disk_full_in_s",
    )
    LIMITS = (
        Limit("high_hours", 4, 0, 720),
        # People copy and delete all day: 0 is never.
        Limit("normal_hours", 24, 0, 720, workstation=0),
    )
    clear_s = 5 * MINUTE_S
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for one in filter(has_room, filesystems(reading)):
            assert one.free is not None
            assert one.size is not None
            full_in_s = trend.observe(
                memory, one.mountpoint, reading.taken_at.timestamp(), one.free, one.size
            )
            high_s, normal_s = terms["high_hours"] * HOUR_S, terms["normal_hours"] * HOUR_S
            levels = (
                _level(Severity.HIGH, full_in_s, high_s, high_s * 1.5),
                _level(Severity.NORMAL, full_in_s, normal_s, normal_s * 1.25),
            )
            facts = {
                **one.named(),
                **one.sized(),
                "disk_full_in_s": "" if full_in_s is None else plain(full_in_s),
            }
            yield Sight(one.mountpoint, levels, facts)


def _level(severity: Severity, full_in_s: float | None, enter_s: float, leave_s: float) -> Level:
    return Level(
        severity,
        entered=full_in_s is not None and full_in_s < enter_s,
        left=full_in_s is None or full_in_s > leave_s,
        hold_s=5 * MINUTE_S,
    )
