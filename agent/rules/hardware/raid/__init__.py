"""Rules about arrays of every kind: what failed, and what may still fail."""

from agent.rules.hardware.raid.battery import RaidBattery
from agent.rules.hardware.raid.degraded import RaidDegraded
from agent.rules.hardware.raid.drive import RaidDrive
from agent.rules.hardware.raid.errors import RaidErrors
from agent.rules.rule import Rule

RAID: tuple[Rule, ...] = (RaidDegraded(), RaidDrive(), RaidErrors(), RaidBattery())

__all__ = ["RAID"]
