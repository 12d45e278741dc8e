"""The UPS that this machine hangs on, through NUT (`upsc`) or apcupsd (`apcaccess`)."""

import re
from datetime import datetime

from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.hardware.part import Part
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, word
from agent.names import HW_MODEL, HW_NAME
from agent.signals import Gap, Metric, Reading

UPSC = Tool(("upsc",), timeout_s=5.0, limit_bytes=64 * 1024)
APCACCESS = Tool(("apcaccess",), timeout_s=5.0, limit_bytes=64 * 1024)
NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}\Z")
# Makers of UPSs by their USB number: one that is plugged in and that nothing asks is a gap.
MAKERS = {"051d": "APC", "0463": "Eaton", "0764": "CyberPower", "09ae": "Tripp Lite", "06da": "Phoenixtec"}


class Ups:
    """Charge 0..1, seconds left, and 0 or 1: on battery, battery low, battery to be replaced, overloaded.

    One that calibrates itself empties its battery on purpose, with the mains there.
    """

    name = "ups"
    every_s = 30.0

    def __init__(self, roots: Roots = MACHINE, ask: Ask = ask) -> None:
        self._usb, self._ask = f"{roots.sys}/bus/usb/devices", ask
        self._names: list[str] = []

    def read(self, now: datetime) -> Reading:
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        asked = False
        for look in (self._nut, self._apc):
            try:
                metrics += look()
                asked = True
            except ProgramMissing:
                continue
            except Unanswered as error:
                asked = True
                self._names = []
                gaps.append(Gap(self.name, str(error)))
        if not asked:
            told = "is plugged in, and neither NUT nor apcupsd is here to ask"
            gaps += [Gap(self.name, f"a UPS of {maker} {told}") for maker in self._plugged_in()]
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _nut(self) -> list[Metric]:
        if not self._names:
            listed = answer(self._ask, UPSC, ("-l",)).split()
            if any(not NAME.match(name) for name in listed):
                raise Unanswered("upsc -l: its answer is not a list of names")
            self._names = listed
        return [metric for name in self._names for metric in nut(name, answer(self._ask, UPSC, (name,)))]

    def _apc(self) -> list[Metric]:
        return apc(answer(self._ask, APCACCESS, ("status",)))

    def _plugged_in(self) -> list[str]:
        try:
            devices = names(self._usb)
        except Unreadable:
            return []
        makers = [word(f"{self._usb}/{device}/idVendor") or "" for device in devices if ":" not in device]
        return [MAKERS[maker] for maker in makers if maker in MAKERS]


def nut(name: str, told: str) -> list[Metric]:
    """Variables of NUT's developer guide. Raises Unanswered when the status is not among them."""
    values = _values(told)
    status = values.get("ups.status", "").split()
    if not status or not {"OL", "OB", "LB", "BYPASS", "OFF", "CAL", "FSD"} & set(status):
        raise Unanswered(f"upsc {name}: it tells no status")
    calibrates = "CAL" in status
    return _metrics(
        Part(name, "ups", {HW_NAME: name, HW_MODEL: values.get("ups.model", values.get("device.model", ""))}),
        {"on_battery": "OB" in status and not calibrates,
         "battery_low": ("LB" in status and not calibrates) or "FSD" in status,
         "replace_battery": "RB" in status, "overloaded": "OVER" in status},
        _number(values.get("battery.charge")), _number(values.get("battery.runtime")),
    )  # fmt: skip


def apc(told: str) -> list[Metric]:
    """The manual's list of status words. Raises Unanswered when apcupsd lost the UPS, or another answer."""
    values = _values(told)
    status = values.get("STATUS", "")
    if not status or "COMMLOST" in status:
        raise Unanswered("apcaccess: apcupsd has no contact with the UPS")
    calibrates = "CAL" in status.split()
    left_min = _number(values.get("TIMELEFT"))
    return _metrics(
        Part(values.get("UPSNAME") or "ups", "ups", {HW_NAME: values.get("UPSNAME", ""),
                                                     HW_MODEL: values.get("MODEL", "")}),
        {"on_battery": "ONBATT" in status and not calibrates,
         "battery_low": "LOWBATT" in status and not calibrates,
         "replace_battery": "REPLACEBATT" in status, "overloaded": "OVERLOAD" in status},
        _number(values.get("BCHARGE")), None if left_min is None else left_min * 60,
    )  # fmt: skip


def _metrics(part: Part, flags: dict[str, bool], charge: float | None, left_s: float | None) -> list[Metric]:
    told = [Metric(f"vigia.ups.{name}", float(flag), "1", part.of) for name, flag in flags.items()]
    if charge is not None and 0 <= charge <= 100:
        told.append(part.metric("hw.battery.charge", charge / 100))
    if left_s is not None and left_s >= 0:
        told.append(part.metric("hw.battery.time_left", left_s, "s"))
    return told


def _values(told: str) -> dict[str, str]:
    pairs = (line.partition(":") for line in told.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _number(told: str | None) -> float | None:
    match = re.match(r"-?\d+(?:\.\d+)?", told or "")
    return float(match[0]) if match else None
