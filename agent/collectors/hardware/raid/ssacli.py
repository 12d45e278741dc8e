"""What HPE's `ssacli controller all show config` and `show status` say. It has no JSON."""

import re

from agent.collectors.asking import Unanswered
from agent.collectors.hardware.part import DEGRADED, FAILED, OK, PREDICTED, Part
from agent.collectors.hardware.raid.array import Array
from agent.names import HW_MODEL, HW_PARENT
from agent.signals import Metric

CONTROLLER = re.compile(r"(?m)^(\S.*?) in (Slot \S+)")
VOLUME = re.compile(r"logicaldrive (\d+) \(([^,]+), ([^,]+), ([^)]*)\)")
DRIVE = re.compile(r"physicaldrive (\S+) \(([^)]*)\)")
BATTERY = re.compile(r"(?m)^\s*(?:Battery/Capacitor|Cache) Status: (.+)$")


def metrics(config: str, status: str) -> list[Metric]:
    """Raises Unanswered when no controller is named in either."""
    said: list[Metric] = []
    for name, block in _blocks(config):
        for array in re.split(r"(?mi)^\s+(?=array |unassigned)", block):
            drives = [(match[1], _words(match[2])) for match in DRIVE.finditer(array)]
            lost = tuple(slot for slot, words in drives if _state(words[-1]) == FAILED)
            for number, _, level, state in VOLUME.findall(array):
                told = Array(f"{name}/v{number}", "controller", level.lower(), _state(state), len(drives),
                             len(drives) - len(lost), None, lost)  # fmt: skip
                said += told.metrics()
            for slot, words in drives:
                model = " ".join(words[1:3])
                part = Part(f"{name}/{slot}", "physical_disk", {HW_MODEL: model, HW_PARENT: name})
                said.append(part.status(_state(words[-1])))
    for name, block in _blocks(status):
        states = [_state(match[1].strip()) for match in BATTERY.finditer(block)]
        if states:
            part = Part(f"{name}/battery", "battery", {HW_PARENT: name})
            worst = FAILED if FAILED in states else DEGRADED if DEGRADED in states else OK
            said.append(part.status(worst))
    return said


def _blocks(text: str) -> list[tuple[str, str]]:
    heads = list(CONTROLLER.finditer(text))
    if not heads:
        raise Unanswered("ssacli: it names no controller")
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return [
        (head[2].lower().replace(" ", "-"), text[head.end() : end])
        for head, end in zip(heads, ends, strict=True)
    ]


def _words(told: str) -> list[str]:
    """`port 1I:box 1:bay 3, SAS HDD, 300 GB, OK, spare`: what it serves as comes after its state."""
    words = told.split(", ")
    return words[:-1] if "spare" in words[-1].lower() and len(words) > 3 else words


def _state(words: str) -> str:
    low = words.lower()
    if low.startswith(
        ("ok", "not configured", "not present", "recharging", "transforming", "parity initial")
    ):
        return OK
    if low.startswith("predictive failure"):
        return PREDICTED
    return FAILED if low.startswith(("failed", "missing", "offline")) else DEGRADED
