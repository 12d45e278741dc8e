"""Inventories that must raise a finding, and such that must not."""

from collections.abc import Callable
from datetime import datetime

from agent.role import Role
from agent.signals import Metric, Reading
from tests.agent.rules.story import GIB, reading

Kind = Callable[[datetime], Reading]
HOUR = 3600.0


def inventory(memory_gib: float = 16.0, serial: str = "S-1", name: str = "sda", version: str = "12") -> Kind:
    disk = {"name": name, "model": "WD Blue", "serial": serial}
    metrics = [
        Metric("vigia.inventory.memory", memory_gib * GIB, "By"),
        Metric("vigia.inventory.system", 1.0, "1", {"name": "Debian", "version": version}),
    ]
    if serial:
        metrics.append(Metric("vigia.inventory.disk", 1e12, "By", disk))
    return reading("inventory", *metrics)


AT_FIRST = (inventory(), 10.0)
RAISES: list[tuple[str, Role, list[tuple[Kind, float]], str]] = [
    ("inventory.memory", Role.SERVER, [AT_FIRST, (inventory(memory_gib=8), 10)], "high"),
    ("inventory.memory", Role.LAPTOP, [AT_FIRST, (inventory(memory_gib=32), 10)], "normal"),
    ("inventory.disk", Role.SERVER, [AT_FIRST, (inventory(serial="S-2"), 10)], "normal"),
    ("inventory.system", Role.DESKTOP, [AT_FIRST, (inventory(version="13"), 10)], "normal"),
]
KEEPS_QUIET: list[tuple[str, Role, list[tuple[Kind, float]]]] = [
    ("inventory.memory", Role.SERVER, [AT_FIRST, (inventory(memory_gib=15.9), HOUR)]),
    ("inventory.disk", Role.SERVER, [AT_FIRST, (inventory(name="sdb"), HOUR), (inventory(serial=""), 10)]),
    ("inventory.system", Role.SERVER, [AT_FIRST, (inventory(), HOUR)]),
]
