"""An NVMe disk failed to read back what it was given, and more often than before.

Facts: `disk_name`, `disk_model`, `disk_serial`, `errors_risen` in the last week, `errors_count` in its life.
"""

from collections.abc import Iterable

from agent.rules.hardware.disks.self_assessment import SMART_BLIND_S, named
from agent.rules.hardware.parts import WEEK_S, parts, rise
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class NvmeMediaErrors:
    """High when the count rises, for a week. An old count that stands still is no news."""

    id = "nvme.media_errors"
    reads = "disk"
    FACTS = ("disk_name", "disk_model", "disk_serial", "errors_risen", "errors_count")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = SMART_BLIND_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for disk in parts(reading, "physical_disk"):
            count = disk.figure("hw.errors", "media")
            if count is None:
                continue
            seen = rise(memory, disk.id, count, reading.taken_at.timestamp(), WEEK_S)
            facts = {**named(disk), "errors_risen": plain(seen.risen), "errors_count": plain(count)}
            yield Sight(disk.id, (Level(Severity.HIGH, seen.risen > 0, seen.risen == 0),), facts)
