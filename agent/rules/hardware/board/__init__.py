"""Rules about what is on the board: memory modules, temperatures, fans, the management controller."""

from agent.rules.hardware.board.ecc import EccErrors
from agent.rules.hardware.board.events import IpmiEvents
from agent.rules.hardware.board.fan import FanStopped
from agent.rules.hardware.board.ipmi import IpmiSensor
from agent.rules.hardware.board.temperature import TemperatureHigh
from agent.rules.hardware.board.throttled import CpuThrottled
from agent.rules.rule import Rule

BOARD: tuple[Rule, ...] = (
    EccErrors(),
    TemperatureHigh(),
    CpuThrottled(),
    FanStopped(),
    IpmiSensor(),
    IpmiEvents(),
)

__all__ = ["BOARD"]
