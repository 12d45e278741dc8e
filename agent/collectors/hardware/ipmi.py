"""What the board's management controller knows, through `ipmitool`: sensors, chassis faults, event log.

Asked seldom: these controllers answer slowly and some lose count when asked often. Only the local one.
"""

import re
from datetime import datetime

from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.hardware.part import DEGRADED, FAILED, OK, Part
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names
from agent.names import HW_ID, HW_NAME, HW_STATE, HW_TYPE
from agent.signals import Gap, Metric, Reading

IPMITOOL = Tool(("ipmitool",), timeout_s=60.0)
EVENTS_MAX = 64
# IPMI 2.0, table 43-13: what a sensor belongs to.
ENTITIES = {"3": "cpu", "7": "board", "8": "memory", "10": "power_supply", "19": "power_supply", "29": "fan",
            "30": "fan", "32": "memory", "34": "cpu"}  # fmt: skip
ALWAYS = ("power_supply", "fan")
STATES = {"ok": OK, "nc": DEGRADED, "cr": FAILED, "nr": FAILED}
BAD = re.compile(
    r"failure|fault|ac lost|input lost|out-of-range|redundancy (?:lost|degraded)|non-redundant: insuff"
    r"|uncorrectable|thermal trip|ierr|critical stop|bus (?:fatal|uncorrectable)|lower (?:critical|non-rec)"
    r"|upper (?:critical|non-rec)|critical over|drive fault",
    re.IGNORECASE,
)


class Ipmi:
    """Sensors in a state that is not theirs, faults of the chassis, and bad events by sensor."""

    name = "ipmi"
    every_s = 600.0
    first_s = 30.0

    def __init__(self, roots: Roots = MACHINE, ask: Ask = ask) -> None:
        self._root, self._ask = f"{roots.sys}/class/ipmi", ask
        self._named: set[str] = set()

    def read(self, now: datetime) -> Reading:
        try:
            if not names(self._root):
                return Reading(self.name, now, 0.0)
        except Unreadable:
            return Reading(self.name, now, 0.0)  # no management controller
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for parse, words in (
            (self._sensors, ("sdr", "elist")),
            (chassis, ("chassis", "status")),
            (events, ("sel", "elist", "last", str(EVENTS_MAX))),
        ):
            try:
                metrics += parse(answer(self._ask, IPMITOOL, words))
            except (ProgramMissing, Unanswered) as error:
                gaps.append(Gap(self.name, str(error)))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _sensors(self, elist: str) -> list[Metric]:
        """A server has two hundred: told are what it lives on, and whatever was once not well."""
        told = sensors(elist)
        self._named |= {one.attributes[HW_ID] for one in told if one.attributes[HW_STATE] != OK}
        return [
            one for one in told if one.attributes[HW_TYPE] in ALWAYS or one.attributes[HW_ID] in self._named
        ]


def sensors(elist: str) -> list[Metric]:
    """`NAME | 30h | ok | 29.1 | 3240 RPM`: those with a state; a discrete one says it in words."""
    lines = [[field.strip() for field in line.split("|")] for line in elist.splitlines() if line.strip()]
    if not any(len(fields) == 5 for fields in lines):
        raise Unanswered("ipmitool sdr: its answer is not the table that was expected")
    told = []
    for name, _, state, entity, reading in (fields for fields in lines if len(fields) == 5):
        if state not in STATES:
            continue  # "ns": no reading, an empty slot
        kind = ENTITIES.get(entity.partition(".")[0], "sensor")
        bad = state == "ok" and BAD.search(reading) is not None
        told.append(Part(name, kind, {HW_NAME: name}).status(FAILED if bad else STATES[state]))
    return told


def chassis(status: str) -> list[Metric]:
    """`Main Power Fault : false` and the like. Raises Unanswered when none of them is told."""
    pairs = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    told = {key.strip(): value.strip() for key, value in pairs.items()}
    faults = {
        "power": ("Main Power Fault", "Power Control Fault", "Power Overload"),
        "cooling": ("Cooling/Fan Fault",),
    }
    metrics = []
    for kind, keys in faults.items():
        known = [told[key] for key in keys if told.get(key) in ("true", "false")]
        if known:
            part = Part(f"chassis {kind}", "enclosure", {HW_NAME: f"chassis {kind}"})
            metrics.append(part.status(FAILED if "true" in known else OK))
    if not metrics:
        raise Unanswered("ipmitool chassis: it tells neither power nor cooling")
    return metrics


def events(sel: str) -> list[Metric]:
    """`1a | 11/22/2026 | 10:11:12 | Memory #0x01 | Uncorrectable ECC | Asserted`: the bad ones, counted."""
    rows = [[field.strip() for field in line.split("|")] for line in sel.splitlines() if "|" in line]
    if sel.strip() and "no entries" not in sel.lower() and not any(len(row) >= 5 for row in rows):
        raise Unanswered("ipmitool sel: its answer is not the table that was expected")
    counts: dict[tuple[str, str], int] = {}
    for row in (row for row in rows if len(row) >= 5):
        sensor, event = row[3], row[4]
        if BAD.search(event) and (len(row) < 6 or row[5] == "Asserted"):
            counts[sensor, event] = counts.get((sensor, event), 0) + 1
    read = Metric("vigia.ipmi.sel.entries", sum(1 for row in rows if len(row) >= 5), "{event}")
    return [read] + [
        Part(sensor, "sel").metric("hw.errors", count, "{event}", error__type=event)
        for (sensor, event), count in counts.items()
    ]
