"""Temperatures, fans and throttling, from hwmon, thermal zones and the processors' own counters.

Which files there are is looked up every 20 looks. Limits are taken only from chips whose limits mean
something: the inputs of board chips (nct, it87, ...) that lead nowhere read 110 °C for ever.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from agent.collectors.hardware.chips import Chip, chips
from agent.collectors.hardware.part import Part
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, word
from agent.names import HW_LIMIT, HW_NAME
from agent.signals import Gap, Metric, Reading

LOOKS = 20
SOUND = (-40.0, 150.0)
COMMANDED = "vigia.fan.commanded"


@dataclass(frozen=True, slots=True)
class Source:
    """One file that tells one figure, in `unit` once divided; `limits` are told with it, as once found."""

    path: str
    part: Part
    metric: str
    unit: str
    divisor: float
    limits: tuple[Metric, ...] = ()


class Sensors:
    """`hw.temperature` with its limits, `hw.fan.speed`, `vigia.cpu.throttles` (counts since the boot)."""

    name = "sensors"
    every_s = 60.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._hwmon, self._thermal = f"{roots.sys}/class/hwmon", f"{roots.sys}/class/thermal"
        self._cpus, self._block = f"{roots.sys}/devices/system/cpu", f"{roots.sys}/block"
        self._sources: list[Source] = []
        self._looks = 0

    def read(self, now: datetime) -> Reading:
        if self._looks % LOOKS == 0:
            self._sources = [source for source in self._found() if _value(source) is not None]
        self._looks += 1
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for source in self._sources:
            value = _value(source)
            if value is None:
                gaps.append(Gap(self.name, f"{source.part.id}: it tells nothing any more"))
                self._looks = 0  # perhaps the driver was loaded again under another name
                continue
            metrics.append(
                source.part.metric(source.metric, value, source.unit, hw__name=source.part.more[HW_NAME])
            )
            metrics += source.limits
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _found(self) -> list[Source]:
        board = [chip for chip in chips(self._hwmon) if not chip.disk]
        found = [source for chip in board for source in (*_temperatures(chip), *_fans(chip))]
        if not any(source.metric == "hw.temperature" for source in found):
            found += self._zones()
        return found + self._throttles()

    def _zones(self) -> list[Source]:
        """For small boards whose processor has a zone and no chip."""
        found = []
        for zone in (name for name in _entries(self._thermal) if name.startswith("thermal_zone")):
            folder = f"{self._thermal}/{zone}"
            part = Part(f"{zone} {word(f'{folder}/type') or ''}".strip(), "temperature", {HW_NAME: zone})
            limits = []
            for trip in (name for name in _entries(folder) if re.match(r"trip_point_\d+_type\Z", name)):
                which = {"critical": "high.critical", "hot": "high.degraded"}.get(
                    word(f"{folder}/{trip}") or ""
                )
                if which:
                    limits += _limit(part, f"{folder}/{trip.replace('_type', '_temp')}", which)
            found.append(Source(f"{folder}/temp", part, "hw.temperature", "Cel", 1000, tuple(limits)))
        return found

    def _throttles(self) -> list[Source]:
        """One processor of each package tells for all of them."""
        found: dict[str, Source] = {}
        for cpu in (name for name in _entries(self._cpus) if re.match(r"cpu\d+\Z", name)):
            folder = f"{self._cpus}/{cpu}"
            package = word(f"{folder}/topology/physical_package_id") or "0"
            part = Part(f"cpu package {package}", "cpu", {HW_NAME: f"cpu package {package}"})
            path = f"{folder}/thermal_throttle/package_throttle_count"
            if package not in found and word(path) is not None:
                found[package] = Source(path, part, "vigia.cpu.throttles", "{event}", 1)
        return list(found.values())


class DiskHeat(Sensors):
    """`hw.temperature` of the disks whose drivers tell it: cheap, unlike asking with smartctl."""

    name = "disk:heat"

    def _found(self) -> list[Source]:
        return [
            replace(source, limits=(*source.limits, *self._spins(source.part)))
            for chip in chips(self._hwmon)
            if chip.disk
            for source in _temperatures(chip)
        ]

    def _spins(self, disk: Part) -> list[Metric]:
        """What is too hot for it depends on whether it turns."""
        told = word(f"{self._block}/{disk.id}/queue/rotational")
        return [disk.metric("vigia.disk.rotational", float(told))] if told in ("0", "1") else []


def _temperatures(chip: Chip) -> list[Source]:
    found = []
    for number, label in chip.inputs("temp"):
        if chip.disk and number != "1":
            continue  # the composite is what its limits are for
        if chip.name == "coretemp" and not label.startswith("Package"):
            continue  # the package tells for its cores
        kind = "physical_disk" if chip.disk else "temperature"
        part = Part(
            chip.disk or f"{chip.id}/temp{number}", kind, {HW_NAME: chip.disk or f"{chip.id} {label}"}
        )
        limits: list[Metric] = []
        if chip.trusted:
            limits += _limit(part, f"{chip.folder}/temp{number}_max", "high.degraded")
            limits += _limit(part, f"{chip.folder}/temp{number}_crit", "high.critical")
        found.append(
            Source(f"{chip.folder}/temp{number}_input", part, "hw.temperature", "Cel", 1000, tuple(limits))
        )
    return found


def _fans(chip: Chip) -> list[Source]:
    if chip.graphics:
        return []  # they stop by design while the card is cool
    found = []
    for number, label in chip.inputs("fan"):
        part = Part(f"{chip.id}/fan{number}", "fan", {HW_NAME: f"{chip.id} {label}"})
        found.append(Source(f"{chip.folder}/fan{number}_input", part, "hw.fan.speed", "rpm", 1))
        if word(f"{chip.folder}/pwm{number}") is not None:
            found.append(Source(f"{chip.folder}/pwm{number}", part, COMMANDED, "1", 255))
    return found


def _limit(part: Part, path: str, which: str) -> list[Metric]:
    """What no one could mean (0, 127.9, 65261) is no limit."""
    value = _number(word(path), 1000)
    if value is None or not 40 <= value <= 125:
        return []
    return [part.metric("hw.temperature.limit", value, "Cel", **{HW_LIMIT: which})]


def _value(source: Source) -> float | None:
    value = _number(word(source.path), source.divisor)
    if value is None or (source.metric == "hw.temperature" and not SOUND[0] < value < SOUND[1]):
        return None
    return value if value >= 0 or source.metric == "hw.temperature" else None


def _number(told: str | None, divisor: float) -> float | None:
    return int(told) / divisor if told is not None and re.match(r"-?\d{1,9}\Z", told) else None


def _entries(path: str) -> list[str]:
    try:
        return names(path)
    except Unreadable:
        return []
