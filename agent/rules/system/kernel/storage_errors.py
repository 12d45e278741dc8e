"""The kernel cannot read or write a disk, or a filesystem on it is damaged: silent corruption.

Facts: `disk_name`, `device` (the disk or partition last named), `errors_10m`, `errors_24h`,
`filesystem_lost` (1 when the kernel gave up writing: remount read-only, journal abort, XFS shutdown).
"""

from collections.abc import Iterable

from agent.rules.rule import HOUR_S, MINUTE_S, Level, Memory, Sight, plain
from agent.rules.system.kernel.events import Events, disk_of, events
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

LOST = "filesystem_lost"
# Said once and true until somebody repairs it; `filesystem.readonly` goes on for as long as it lasts.
LOST_S = HOUR_S
QUIET_S = 30 * MINUTE_S


class StorageErrors:
    """High from 3 errors or resets in 10 min on one disk; critical when the kernel gave up a filesystem."""

    id = "disk.kernel_errors"
    reads = "kernel"
    FACTS = ("disk_name", "device", "errors_10m", "errors_24h", "filesystem_lost")
    LIMITS = (Limit("high_errors", 3, 1, 10_000),)
    clear_s = 0.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        disks: dict[str, list[Events]] = {}
        for event in events(reading, "disk_error", "filesystem_error", LOST):
            disks.setdefault(disk_of(event.object), []).append(event)
        for disk, told in sorted(disks.items()):
            recent = sum(event.recent for event in told)
            age_s = min(event.age_s for event in told)
            lost = any(event.kind == LOST and event.age_s < LOST_S for event in told)
            levels = (
                Level(Severity.CRITICAL, lost, not lost),
                Level(Severity.HIGH, recent >= terms["high_errors"], age_s > QUIET_S),
            )
            facts = {
                "disk_name": disk,
                "device": min(told, key=lambda event: event.age_s).object,
                "errors_10m": plain(recent),
                "errors_24h": plain(sum(event.day for event in told)),
                "filesystem_lost": str(int(lost)),
            }
            yield Sight(disk, levels, facts)
