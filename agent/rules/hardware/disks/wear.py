"""A solid-state disk has used up most of what it was built for.

Facts: `disk_name`, `disk_model`, `disk_serial`, `life_left_ratio` (0..1).
"""

from collections.abc import Iterable

from agent.rules.hardware.disks.self_assessment import SMART_BLIND_S, named
from agent.rules.hardware.parts import parts
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class DiskWear:
    """High from 90 % used. Wear does not heal: it is cleared by another disk."""

    id = "disk.wear"
    reads = "disk"
    FACTS = ("disk_name", "disk_model", "disk_serial", "life_left_ratio")
    LIMITS = (Limit("high_percent", 90, 50, 100),)
    clear_s = 0.0
    forgets = True
    blind_max_s = SMART_BLIND_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for disk in parts(reading, "physical_disk"):
            left = disk.figure("hw.physical_disk.endurance_utilization")
            if left is None:
                continue
            limit = 1 - terms["high_percent"] / 100 + 0.001  # ratios are rounded
            level = Level(Severity.HIGH, left <= limit, left > limit + 0.02)
            yield Sight(disk.id, (level,), {**named(disk), "life_left_ratio": plain(left)})
