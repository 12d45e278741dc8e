"""Rules about where the power comes from."""

from agent.rules.hardware.power.battery import BatteryWear
from agent.rules.hardware.power.ups import UpsBattery
from agent.rules.rule import Rule

POWER: tuple[Rule, ...] = (UpsBattery(), BatteryWear())

__all__ = ["POWER"]
