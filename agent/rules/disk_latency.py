"""A disk answers slowly: "everything is slow".

Facts: `disk_name`, `disk_latency_s` (mean wait of one operation), `disk_pending_operations`.
"""

from collections.abc import Iterable

from agent.config import Role
from agent.names import DEVICE
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, by_object, plain
from agent.signals import Reading, Severity

# Workstations have slower disks and more patient users.
NORMAL_S = {Role.SERVER: 0.1, Role.DESKTOP: 0.2, Role.LAPTOP: 0.2}
HIGH_S = {Role.SERVER: 0.2, Role.DESKTOP: 0.5, Role.LAPTOP: 0.5}


class DiskLatency:
    """High above 200 ms for 30 min, normal above 100 ms for 15 min; workstations 500 and 200 ms."""

    id = "disk.latency"
    reads = "disks"
    FACTS = ("disk_name", "disk_latency_s", "disk_pending_operations")
    clear_s = 2 * MINUTE_S
    forgets = True

    def look(self, reading: Reading, role: Role, memory: Memory) -> Iterable[Sight]:
        for disk, values in by_object(reading, DEVICE, "vigia.disk.latency", "vigia.disk.pending").items():
            latency_s = values["vigia.disk.latency"]
            levels = (
                Level(Severity.HIGH, latency_s > HIGH_S[role], latency_s < HIGH_S[role] / 2, 30 * MINUTE_S),
                Level(
                    Severity.NORMAL, latency_s > NORMAL_S[role], latency_s < NORMAL_S[role] / 2, 15 * MINUTE_S
                ),
            )
            facts = {
                "disk_name": disk,
                "disk_latency_s": plain(latency_s),
                "disk_pending_operations": plain(values.get("vigia.disk.pending", 0.0)),
            }
            yield Sight(disk, levels, facts)
