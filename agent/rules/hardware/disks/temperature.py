"""A disk is too hot: a fan died, or dust closed the case.

Facts: `disk_name`, `temperature_celsius`, `limit_celsius`, what was crossed.
"""

from collections.abc import Iterable

from agent.rules.hardware.disks.self_assessment import SMART_BLIND_S
from agent.rules.hardware.parts import Part, parts
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

COOLER = 5.0


class DiskTemperature:
    """High above 60 °C spinning, 70 °C solid, for 10 min; critical at the maker's trip value.

    Two collectors see it: the kernel's sensors each minute where there is a driver, smartctl everywhere. The
    finding is one.
    """

    id = "disk.temperature"
    reads = "disk"
    FACTS = ("disk_name", "temperature_celsius", "limit_celsius")
    LIMITS = (
        Limit("spinning_celsius", 60, 30, 100),
        Limit("solid_celsius", 70, 30, 110),
        Limit("high_minutes", 10, 1, 1440),
    )
    clear_s = 2 * MINUTE_S
    forgets = True
    blind_max_s = SMART_BLIND_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for disk in parts(reading, "physical_disk"):
            now = disk.figure("hw.temperature")
            if now is None:
                continue
            high = _high(disk, terms, memory)
            trip = disk.figure("hw.temperature.limit", "high.critical")
            tripped = trip is not None and now >= trip
            levels = (
                Level(Severity.CRITICAL, tripped, trip is None or now < trip - COOLER),
                Level(Severity.HIGH, now > high, now <= high - COOLER, terms["high_minutes"] * MINUTE_S),
            )
            facts = {
                "disk_name": disk.id,
                "temperature_celsius": plain(now),
                "limit_celsius": plain(trip if tripped and trip is not None else high),
            }
            yield Sight(disk.id, levels, facts)


def _high(disk: Part, terms: Terms, memory: Memory) -> float:
    spins = disk.figure("vigia.disk.rotational")
    if spins is not None:
        memory[disk.id] = spins
    solid = disk.id.startswith("nvme") or memory.get(disk.id) == 0
    return terms["solid_celsius" if solid else "spinning_celsius"]
