"""A disk says of itself that it is about to fail.

Facts: `disk_name`, `disk_model`, `disk_serial`, `disk_redundant` ("1" when its loss would lose no data), and
`disk_state` (ok, predicted_failure).
"""

from collections.abc import Iterable

from agent.names import HW_SERIAL
from agent.rules.hardware.parts import OK, PREDICTED, Part, parts
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity

SMART_BLIND_S = 5400.0
NVME = "vigia.nvme.critical_warning"


def named(disk: Part) -> dict[str, str]:
    """The facts that say which disk to pull: the serial number is what its label shows."""
    serial = disk.attributes.get(HW_SERIAL, "")
    return {"disk_name": disk.id, "disk_model": disk.model, "disk_serial": serial}


class SmartFailed:
    """Critical without redundancy, high with it. A disk that sleeps is judged when it wakes.

    NVMe disks fail their assessment when they warn: that is told by `nvme.warning` and not twice.
    """

    id = "smart.failed"
    reads = "disk"
    FACTS = ("disk_name", "disk_model", "disk_serial", "disk_redundant", "disk_state")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = SMART_BLIND_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for disk in parts(reading, "physical_disk"):
            if disk.figure("vigia.disk.asleep") is None or disk.figure(NVME) is not None:
                continue
            failing, sound = disk.state == PREDICTED, disk.state == OK
            redundant = disk.figure("vigia.disk.redundant") == 1
            facts = {
                **named(disk),
                "disk_redundant": plain(float(redundant)),
                "disk_state": disk.state or "",
            }
            levels = (
                Level(Severity.CRITICAL, failing and not redundant, sound or (failing and redundant)),
                Level(Severity.HIGH, failing, sound),
            )
            yield Sight(disk.id, levels, facts)
