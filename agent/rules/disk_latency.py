"""A disk answers slowly: "everything is slow".

Facts: `disk_name`, `disk_latency_s` (mean wait of one operation), `disk_pending_operations`.
"""

from collections.abc import Iterable

from agent.names import DEVICE
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, by_object, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class DiskLatency:
    """High above 200 ms for 30 min, normal above 100 ms for 15 min; workstations 500 and 200 ms."""

    id = "disk.latency"
    reads = "disks"
    FACTS = ("disk_name", "disk_latency_s", "disk_pending_operations")
    LIMITS = (
        # Workstations have slower disks and more patient users.
        Limit("normal_ms", 100, 1, 60_000, workstation=200, at_most="high_ms"),
        Limit("high_ms", 200, 1, 60_000, workstation=500),
    )
    clear_s = 2 * MINUTE_S
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for disk, values in by_object(reading, DEVICE, "vigia.disk.latency", "vigia.disk.pending").items():
            latency_s = values["vigia.disk.latency"]
            high_s, normal_s = terms["high_ms"] / 1000, terms["normal_ms"] / 1000
            levels = (
                Level(Severity.HIGH, latency_s > high_s, latency_s < high_s / 2, 30 * MINUTE_S),
                Level(Severity.NORMAL, latency_s > normal_s, latency_s < normal_s / 2, 15 * MINUTE_S),
            )
            facts = {
                "disk_name": disk,
                "disk_latency_s": plain(latency_s),
                "disk_pending_operations": plain(values.get("vigia.disk.pending", 0.0)),
            }
            yield Sight(disk, levels, facts)
