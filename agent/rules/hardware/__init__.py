"""Rules about parts that wear out or break. Thresholds and severities are those of signals' default table.

What a part once was is remembered where only a change is news: a counter that has stood still for years, a
fan header that never had a fan.
"""

from agent.rules.hardware.board import BOARD
from agent.rules.hardware.disks import DISKS
from agent.rules.hardware.power import POWER
from agent.rules.hardware.raid import RAID
from agent.rules.rule import Rule

HARDWARE: tuple[Rule, ...] = (*RAID, *DISKS, *BOARD, *POWER)

__all__ = ["HARDWARE"]
