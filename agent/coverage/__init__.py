"""Coverage: what is watched on each system, what is not, and why. Declared once, told twice.

The rows stand beside each other by family; `docs/coverage.md` and `vigia-agent coverage` are made of them. No
rule and no collector is without a row (a test sees to it). Nothing here reads the machine or judges it.
"""

from agent.coverage.hardware import HARDWARE
from agent.coverage.machine import MACHINE
from agent.coverage.row import Row
from agent.coverage.system import SYSTEM

ROWS: tuple[Row, ...] = (*MACHINE, *HARDWARE, *SYSTEM)

__all__ = ["ROWS", "Row"]
