"""The UPS and the battery of a Mac, by `pmset -g batt` (pmset(1)) and the registry of devices (ioreg(8))."""

import re
from datetime import datetime

from agent.collectors.asking import Ask, Tool, Unanswered, answer, ask
from agent.collectors.hardware.part import Part
from agent.collectors.macos.plist import asked, number, tables
from agent.names import HW_NAME
from agent.signals import Metric, Reading

PMSET = Tool(("/usr/bin/pmset",), timeout_s=10.0, limit_bytes=16 * 1024)
IOREG = Tool(("/usr/sbin/ioreg",), timeout_s=20.0)
_DRAWING = re.compile(r"\ANow drawing from '(?P<source>AC Power|Battery Power|UPS Power)'")
_SUPPLY = re.compile(r"^ -(?P<name>[^\t]+?)(?: \(id=\d+\))?\t(?P<percent>\d{1,3})%;", re.MULTILINE)
LOW = 0.25


class Ups:
    """`vigia.ups.on_battery`, `vigia.ups.battery_low` 0 or 1, charge 0..1, for each UPS that macOS knows."""

    name = "ups"
    every_s = 60.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        told = answer(self._ask, PMSET, ("-g", "batt"))
        drawing = _DRAWING.search(told)
        if drawing is None:
            raise Unanswered("pmset: it does not say where the power comes from")
        metrics: list[Metric] = []
        for supply in _SUPPLY.finditer(told):
            if supply["name"].startswith("InternalBattery"):
                continue
            charge = min(100, int(supply["percent"])) / 100
            on_battery = drawing["source"] == "UPS Power"
            part = Part(supply["name"], "ups", {HW_NAME: supply["name"]})
            metrics += [
                Metric("vigia.ups.on_battery", float(on_battery), "1", part.of),
                Metric("vigia.ups.battery_low", float(on_battery and charge < LOW), "1", part.of),
                part.metric("hw.battery.charge", charge),
            ]
        return Reading(self.name, now, 0.0, tuple(metrics))


class Batteries:
    """`vigia.battery.health`: what it still holds of what it was made for, 0..1; `vigia.battery.cycles`."""

    name = "batteries"
    every_s = 3600.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        if not answer(self._ask, IOREG, ("-r", "-c", "AppleSmartBattery", "-d", "1")).strip():
            return Reading(self.name, now, 0.0)  # a Mac without a battery: the list is not even empty
        metrics: list[Metric] = []
        cells = tables(asked(self._ask, IOREG, "-a", "-r", "-c", "AppleSmartBattery"), "batteries")
        for place, cell in enumerate(cells):
            name = f"battery{place}" if place else "battery"
            design = number(cell.get("DesignCapacity"))
            # Apple's own processors give MaxCapacity in percent, and the charge beside it.
            full = number(cell.get("AppleRawMaxCapacity")) or number(cell.get("MaxCapacity"))
            if design is None or full is None:
                raise Unanswered("ioreg: a battery without its capacities")
            part = Part(name, "battery", {HW_NAME: name})
            if design and full <= 2 * design:
                metrics.append(Metric("vigia.battery.health", full / design, "1", part.of))
            cycles = number(cell.get("CycleCount"))
            if cycles:
                metrics.append(part.metric("vigia.battery.cycles", cycles, "{cycle}"))
        return Reading(self.name, now, 0.0, tuple(metrics))
