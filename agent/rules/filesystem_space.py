"""A filesystem is nearly full: bookings, invoices and mail stop.

Facts: `mountpoint`, `device`, `filesystem_type`, `disk_free_bytes`, `disk_size_bytes`, `disk_free_ratio`
(0..1), and `disk_full_in_s`, seconds until it is full at the pace of the last hours, empty where
unknown.
"""

from collections.abc import Iterable

from agent.rules import trend
from agent.rules.filesystems import Filesystem, filesystems, has_room
from agent.rules.rule import GIB, HOUR_S, MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

# Bytes say nothing about small volumes: half a GiB free is much on a boot partition.
LARGE_BYTES = 8 * GIB


# What must be free again, as a multiple of what raised it.
LEAVE = 1.2


class FilesystemSpace:
    """Critical below 3 % or 1 GiB; high below 10 % and (5 GiB or full in a day); normal below 20 %."""

    id = "filesystem.space"
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
        Limit("critical_percent", 3, 0, 99, workstation=1, at_most="high_percent"),
        Limit("critical_gib", 1, 0, 100_000, workstation=0.5, at_most="high_gib"),
        Limit("high_percent", 10, 0, 99, workstation=5, at_most="normal_percent"),
        Limit("high_gib", 5, 0, 100_000, workstation=3),
        Limit("normal_percent", 20, 0, 99, workstation=10),
    )
    clear_s = 30.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for one in filter(has_room, filesystems(reading)):
            assert one.free is not None
            assert one.size is not None
            full_in_s = trend.observe(
                memory, one.mountpoint, reading.taken_at.timestamp(), one.free, one.size
            )
            facts = {
                **one.named(),
                **one.sized(),
                "disk_full_in_s": "" if full_in_s is None else plain(full_in_s),
            }
            yield Sight(one.mountpoint, levels(one, terms, full_in_s), facts)


def levels(one: Filesystem, terms: Terms, full_in_s: float | None) -> tuple[Level, ...]:
    """The three levels of one filesystem whose room is known."""
    assert one.free is not None
    assert one.size is not None
    assert one.used_ratio is not None
    critical, high, normal = (terms[f"{name}_percent"] / 100 for name in ("critical", "high", "normal"))
    critical_bytes, high_bytes = terms["critical_gib"] * GIB, terms["high_gib"] * GIB
    free, ratio, large = one.free, 1 - one.used_ratio, one.size >= LARGE_BYTES
    soon = full_in_s is not None and full_in_s < 24 * HOUR_S
    not_soon = full_in_s is None or full_in_s > 30 * HOUR_S
    return (
        Level(
            Severity.CRITICAL,
            entered=ratio < critical or (large and free < critical_bytes),
            left=ratio >= critical * LEAVE and (not large or free >= critical_bytes * LEAVE),
            hold_s=5 * MINUTE_S,
        ),
        Level(
            Severity.HIGH,
            entered=ratio < high and (free < high_bytes or soon),
            left=ratio >= high * LEAVE or (free >= high_bytes * LEAVE and not_soon),
            hold_s=5 * MINUTE_S,
        ),
        Level(
            Severity.NORMAL,
            entered=ratio < normal,
            left=ratio >= normal + 0.02,
            hold_s=15 * MINUTE_S,
        ),
    )
