"""Batteries of laptops: charge, and how much of what they were built for they still hold."""

from datetime import datetime

from agent.collectors.hardware.part import Part
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, word
from agent.names import HW_MODEL, HW_NAME
from agent.signals import Gap, Metric, Reading


class Batteries:
    """`vigia.battery.health` is full charge by design charge, 0..1 and a little above when new.

    Batteries of mice and keyboards (scope Device) are not the machine's.
    """

    name = "batteries"
    every_s = 300.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._root = f"{roots.sys}/class/power_supply"

    def read(self, now: datetime) -> Reading:
        try:
            supplies = names(self._root)
        except Unreadable:
            supplies = []
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for name in supplies:
            folder = f"{self._root}/{name}"
            if word(f"{folder}/type") != "Battery" or word(f"{folder}/scope") == "Device":
                continue
            if word(f"{folder}/present") == "0":
                continue
            told = _battery(Part(name, "battery", {HW_NAME: name}), folder)
            metrics += told
            if not told:
                gaps.append(Gap(self.name, f"{name}: it tells neither charge nor capacity"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))


def _battery(part: Part, folder: str) -> list[Metric]:
    told = []
    charge = _number(f"{folder}/capacity")
    if charge is not None and 0 <= charge <= 100:
        told.append(part.metric("hw.battery.charge", charge / 100))
    for kind in ("energy", "charge"):
        full, design = _number(f"{folder}/{kind}_full"), _number(f"{folder}/{kind}_full_design")
        if full is not None and design and 0 <= full <= 2 * design:
            more = {HW_NAME: part.id, HW_MODEL: word(f"{folder}/model_name") or ""}
            told.append(Metric("vigia.battery.health", full / design, "1", Part(part.id, "battery", more).of))
            break
    cycles = _number(f"{folder}/cycle_count")
    if cycles:  # many say 0 and mean that they do not count
        told.append(part.metric("vigia.battery.cycles", cycles, "{cycle}"))
    return told


def _number(path: str) -> float | None:
    told = word(path)
    return float(told) if told is not None and told.isdecimal() else None
