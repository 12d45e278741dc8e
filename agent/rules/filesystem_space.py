"""A filesystem is nearly full: bookings, invoices and mail stop.

Facts: `mountpoint`, `device`, `filesystem_type`, `disk_free_bytes`, `disk_size_bytes`, `disk_free_ratio`
(0..1), and `disk_full_in_s`, seconds until it is full at the pace of the last hours, empty where
unknown.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from agent.config import Role
from agent.rules import trend
from agent.rules.filesystems import Filesystem, filesystems, has_room
from agent.rules.rule import GIB, HOUR_S, MINUTE_S, Level, Memory, Sight, plain
from agent.signals import Reading, Severity

# Bytes say nothing about small volumes: half a GiB free is much on a boot partition.
LARGE_BYTES = 8 * GIB


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Ratios of free space 0..1, and bytes."""

    critical: float
    critical_bytes: float
    high: float
    high_bytes: float
    normal: float


SERVER = Thresholds(0.03, GIB, 0.10, 5 * GIB, 0.20)
PERSONAL = Thresholds(0.01, 0.5 * GIB, 0.05, 3 * GIB, 0.10)
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
    clear_s = 30.0
    forgets = True

    def look(self, reading: Reading, role: Role, memory: Memory) -> Iterable[Sight]:
        limits = SERVER if role is Role.SERVER else PERSONAL
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
            yield Sight(one.mountpoint, levels(one, limits, full_in_s), facts)


def levels(one: Filesystem, limits: Thresholds, full_in_s: float | None) -> tuple[Level, ...]:
    """The three levels of one filesystem whose room is known."""
    assert one.free is not None
    assert one.size is not None
    assert one.used_ratio is not None
    free, ratio, large = one.free, 1 - one.used_ratio, one.size >= LARGE_BYTES
    soon = full_in_s is not None and full_in_s < 24 * HOUR_S
    not_soon = full_in_s is None or full_in_s > 30 * HOUR_S
    return (
        Level(
            Severity.CRITICAL,
            entered=ratio < limits.critical or (large and free < limits.critical_bytes),
            left=ratio >= limits.critical * LEAVE and (not large or free >= limits.critical_bytes * LEAVE),
            hold_s=5 * MINUTE_S,
        ),
        Level(
            Severity.HIGH,
            entered=ratio < limits.high and (free < limits.high_bytes or soon),
            left=ratio >= limits.high * LEAVE or (free >= limits.high_bytes * LEAVE and not_soon),
            hold_s=5 * MINUTE_S,
        ),
        Level(
            Severity.NORMAL,
            entered=ratio < limits.normal,
            left=ratio >= limits.normal + 0.02,
            hold_s=15 * MINUTE_S,
        ),
    )
