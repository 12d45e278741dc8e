"""An NVMe disk raises its hand: spare used up, too hot, unreliable, or already read-only.

Facts: `disk_name`, `disk_model`, `disk_serial`; `warning_bits`, the critical warning as a number (1 spare, 2
temperature, 4 reliability, 8 read-only, 16 backup power, 32 persistent memory); `spare_ratio` and
`spare_threshold_ratio` (0..1, empty where it does not tell).
"""

from collections.abc import Iterable

from agent.rules.hardware.disks.self_assessment import SMART_BLIND_S, named
from agent.rules.hardware.parts import parts
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class NvmeWarning:
    """Critical at once when any bit is set, or when the spare is below the maker's threshold."""

    id = "nvme.warning"
    reads = "disk"
    FACTS = (
        "disk_name",
        "disk_model",
        "disk_serial",
        "warning_bits",
        "spare_ratio",
        "spare_threshold_ratio",
    )
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = SMART_BLIND_S

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for disk in parts(reading, "physical_disk"):
            bits = disk.figure("vigia.nvme.critical_warning")
            if bits is None:
                continue
            spare = disk.figure("vigia.nvme.available_spare")
            threshold = disk.figure("vigia.nvme.available_spare_threshold")
            short = spare is not None and threshold is not None and spare < threshold
            facts = {
                **named(disk),
                "warning_bits": plain(bits),
                "spare_ratio": "" if spare is None else plain(spare),
                "spare_threshold_ratio": "" if threshold is None else plain(threshold),
            }
            bad = bits != 0 or short
            yield Sight(disk.id, (Level(Severity.CRITICAL, bad, not bad),), facts)
