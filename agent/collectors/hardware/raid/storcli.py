"""What `storcli /call show J` says (perccli alike), after Broadcom's StorCLI reference manual."""

from typing import Any

from agent.collectors.asking import Unanswered, found, number, rows, table
from agent.collectors.hardware.part import DEGRADED, FAILED, OK, Part
from agent.collectors.hardware.raid.array import Array
from agent.names import HW_MODEL, HW_PARENT
from agent.signals import Metric

VOLUME = {"optl": OK, "dgrd": DEGRADED, "pdgd": DEGRADED, "rec": DEGRADED, "ofln": FAILED}
DRIVE = {
    "onln": OK, "ugood": OK, "jbod": OK, "ghs": OK, "dhs": OK, "conf": OK, "rbld": DEGRADED, "cpybck": OK,
    "offln": FAILED, "ubad": FAILED, "failed": FAILED, "msng": FAILED, "ugunsp": FAILED, "ubunsp": FAILED,
}  # fmt: skip
BATTERY = {"optimal": OK, "learn": OK, "charging": OK, "degraded": DEGRADED, "dgd": DEGRADED,
           "failed": FAILED, "replace": FAILED, "needs attention": DEGRADED, "msng": FAILED}  # fmt: skip


def metrics(told: str) -> list[Metric]:
    """Raises Unanswered when it is another answer, or a controller did not answer."""
    answered = rows(table(told, "storcli"), "Controllers")
    if not answered:
        raise Unanswered("storcli: it names no controller")
    said: list[Metric] = []
    for controller in answered:
        if found(controller, "Command Status", "Status") != "Success":
            raise Unanswered(f"storcli: {found(controller, 'Command Status', 'Description') or 'no success'}")
        which = number(controller, "Command Status", "Controller")
        name = f"c{which:.0f}" if which is not None else "c?"
        said += _controller(name, found(controller, "Response Data"))
    return said


def _controller(name: str, data: Any) -> list[Metric]:
    volumes, drives = rows(data, "VD LIST"), rows(data, "PD LIST")
    said: list[Metric] = []
    for volume in volumes:
        number_of = str(volume.get("DG/VD") or volume.get("VD") or "?")
        state = VOLUME.get(str(volume.get("State")).lower())
        if state is None:
            raise Unanswered(f"storcli: a drive group is in the unknown state {volume.get('State')!s:.20}")
        group = number_of.split("/")[0]
        members = [one for one in drives if str(one.get("DG")) == group]
        lost = tuple(_slot(one) for one in members if DRIVE.get(_state(one)) != OK)
        level = str(volume.get("TYPE", "")).lower()
        said += Array(f"{name}/v{number_of.rpartition('/')[2]}", "controller", level, state, len(members),
                      len(members) - len(lost), None, lost).metrics()  # fmt: skip
    for drive in drives:
        part = Part(f"{name}/{_slot(drive)}", "physical_disk",
                    {HW_MODEL: str(drive.get("Model", "")), HW_PARENT: name})  # fmt: skip
        if (state := DRIVE.get(_state(drive))) is not None:
            said.append(part.status(state))
    for row in (*rows(data, "BBU_Info"), *rows(data, "Cachevault_Info")):
        battery = BATTERY.get(str(row.get("State", "")).lower().split("(")[0].strip())
        if battery is not None:
            part = Part(f"{name}/battery", "battery", {HW_MODEL: str(row.get("Model", "")), HW_PARENT: name})
            said.append(part.status(battery))
    return said


def _state(drive: dict[str, Any]) -> str:
    return str(drive.get("State", "")).lower()


def _slot(drive: dict[str, Any]) -> str:
    return "e" + str(drive.get("EID:Slt", "?")).strip().replace(":", "/s")
