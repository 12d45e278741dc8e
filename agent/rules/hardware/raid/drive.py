"""A RAID controller says that one of its drives failed or soon will.

Facts: `drive_name` (controller and slot), `drive_model`, `drive_state` (ok, degraded, failed,
predicted_failure).
"""

from collections.abc import Iterable

from agent.names import HW_NAME
from agent.rules.hardware.parts import FAILED, OK, PREDICTED, parts
from agent.rules.rule import Level, Memory, Sight
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class RaidDrive:
    """High at once. Only for drives that a controller reports: what other arrays lost is theirs to tell."""

    id = "raid.drive"
    reads = "raid"
    FACTS = ("drive_name", "drive_model", "drive_state")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = 2400.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        if reading.collector != "raid:controllers":
            return
        for drive in parts(reading, "physical_disk"):
            if drive.state is None or HW_NAME in drive.attributes:  # a name: a member as its array tells it
                continue
            bad = drive.state in (FAILED, PREDICTED)
            facts = {"drive_name": drive.id, "drive_model": drive.model, "drive_state": drive.state}
            yield Sight(drive.id, (Level(Severity.HIGH, bad, drive.state == OK),), facts)
