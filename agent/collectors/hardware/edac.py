"""Errors of memory modules, as the memory controller's driver counts them (EDAC in sysfs)."""

import re
from datetime import datetime

from agent.collectors.hardware.part import Part
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, text, word
from agent.names import HW_NAME
from agent.signals import Metric, Reading

MODULE = re.compile(r"(?:dimm|rank)\d+\Z")


class Edac:
    """`hw.errors` of each module and of each controller (which also counts what it cannot place)."""

    name = "edac"
    every_s = 60.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._root = f"{roots.sys}/devices/system/edac/mc"

    def read(self, now: datetime) -> Reading:
        try:
            controllers = [name for name in names(self._root) if re.match(r"mc\d+\Z", name)]
        except Unreadable:
            controllers = []  # no memory with error correction, or a kernel without the driver
        metrics: list[Metric] = []
        for controller in controllers:
            folder = f"{self._root}/{controller}"
            part = Part(controller, "memory", {HW_NAME: controller})
            metrics += [
                _errors(part, "corrected", text(f"{folder}/ce_count")),
                _errors(part, "uncorrected", text(f"{folder}/ue_count")),
            ]
            for module in filter(MODULE.match, names(folder)):
                label = word(f"{folder}/{module}/dimm_label") or f"{controller}/{module}"
                part = Part(f"{controller}/{module}", "memory", {HW_NAME: label})
                metrics += [
                    _errors(part, "corrected", text(f"{folder}/{module}/dimm_ce_count")),
                    _errors(part, "uncorrected", text(f"{folder}/{module}/dimm_ue_count")),
                ]
        return Reading(self.name, now, 0.0, tuple(metrics))


def _errors(part: Part, kind: str, count: str) -> Metric:
    number = int(count)
    if number < 0:
        raise ValueError(f"{part.id}: a count of errors is negative")
    return part.metric("hw.errors", number, "{error}", error__type=kind, hw__name=part.more[HW_NAME])
