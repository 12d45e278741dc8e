"""Answers of Windows and macOS, MADE AFTER THE DOCUMENTED FORMATS: no recording of a real one is here yet.

Windows: the classes MSFT_PhysicalDisk, MSFT_StorageReliabilityCounter, MSFT_VirtualDisk, Win32_Service,
MSFT_MpComputerStatus, MSFT_NetFirewallProfile, BatteryStaticData. macOS: diskutil(8), pmset(1), ioreg(8),
launchctl(1), socketfilterfw.
"""

import json
import plistlib
from datetime import UTC, datetime, timedelta
from typing import Any

from agent.collectors.asking import Finished, ProgramMissing, Tool
from agent.collectors.macos.disks import DISKUTIL
from agent.collectors.macos.power import IOREG, PMSET
from agent.collectors.macos.services import FIREWALL, LAUNCHCTL
from agent.collectors.windows import events, safety, storage
from tests.agent.collectors.answers import Answers

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def at(minutes_ago: float) -> int:
    return int((NOON - timedelta(minutes=minutes_ago)).timestamp())


def disk(**other: Any) -> dict[str, Any]:
    return {
        "id": "0", "model": "Samsung SSD 870 EVO 1TB", "serial": "S6PTNM0T000000X", "health": 0, "media": 4,
        "usage": 1, "pooled": False, "celsius": 34, "wear": 2, "hours": 8000, "unread": 0, "unwritten": 0,
    } | other  # fmt: skip


def space(**other: Any) -> dict[str, Any]:
    return {"name": "Datos", "level": "Mirror", "health": 0, "may": 1, "members": 2, "lost": []} | other


def event(provider: str, number: int, minutes_ago: float, *fields: str) -> dict[str, Any]:
    return {"p": provider, "i": number, "t": at(minutes_ago), "x": list(fields)}


WINDOWS: dict[str, dict[str, Any]] = {
    storage.DISKS: {"disks": [disk(), disk(id="1", media=3, wear=None, model="WDC WD40EFRX", serial="WD-1")]},
    storage.SPACES: {"spaces": [space()]},
    storage.BATTERIES: {"cells": [{"name": "DELL XPS", "design": 52_000, "full": 47_000}]},
    events.DIGEST: {"events": [], "services": [{"n": "edgeupdate", "c": 0}, {"n": "MapsBroker", "c": 1077}]},
    events.LOGINS: {"failed": 0},
    safety.PROTECTED: {
        "defender": {"on": 1, "normal": 1},
        "firewalls": [{"n": name, "on": 1} for name in ("Domain", "Private", "Public")],
    },
    safety.RESTART: {"waits": 0},
    safety.PENDING: {"pending": 1, "security": 0, "critical": 0},
    safety.STORE: {"certificates": [{"id": "AB12", "name": "shop.example", "until": at(-90 * 24 * 60)}]},
}


class PowerShell(Answers):
    """Each script has its answer: what it prints is JSON."""

    def __init__(self, says: dict[str, dict[str, Any]], mode: str = "") -> None:
        super().__init__({name: json.dumps(told) for name, told in says.items()}, mode=mode)

    def __call__(self, tool: Tool, *words: str) -> Finished:
        asked = next((script for script in self.says if script in words[-1]), "")
        # The longest, since one script may be a part of another.
        for script in self.says:
            if script in words[-1] and len(script) > len(asked):
                asked = script
        return Answers(self.says, mode=self.mode)(Tool((asked or "powershell",)), *([] if asked else words))


def listed(*rows: dict[str, Any]) -> str:
    return plistlib.dumps(list(rows)).decode()


def tabled(**row: Any) -> str:
    return plistlib.dumps(row).decode()


def raid(**other: Any) -> dict[str, Any]:
    members = [{"BSD Name": name, "MemberStatus": "Online"} for name in ("disk2", "disk3")]
    return {"Name": "Datos", "BSD Name": "disk4", "Level": "Mirror", "Status": "Online",
            "Members": members} | other  # fmt: skip


LAUNCHD = "PID\tStatus\tLabel\n412\t0\tcom.apple.Spotlight\n-\t78\tcom.apple.mdworker\n501\t0\tcom.shop.pos\n"
BATTERY = (
    "Now drawing from 'AC Power'\n"
    " -InternalBattery-0 (id=4653155)\t97%; charged; 0:00 remaining present: true\n"
)
UPS = (
    "Now drawing from '{source} Power'\n"
    " -Back-UPS ES 700G\t{percent}%; {state}; 0:24 remaining present: true\n"
)
MACOS: dict[str, str] = {
    f"{DISKUTIL.name} appleRAID": tabled(AppleRAIDSets=[raid()]),
    f"{DISKUTIL.name} list": tabled(WholeDisks=["disk0"]),
    f"{DISKUTIL.name} info": tabled(
        SMARTStatus="Verified", SolidState=True, MediaName="APPLE SSD AP0512Q", ParentWholeDisk="disk0"
    ),
    f"{IOREG.name} -r": "+-o AppleSmartBattery  <class AppleSmartBattery>\n",
    f"{IOREG.name} -a": listed({"DesignCapacity": 4382, "AppleRawMaxCapacity": 4100, "CycleCount": 210}),
    PMSET.name: BATTERY,
    LAUNCHCTL.name: LAUNCHD,
    FIREWALL.name: "Firewall is enabled. (State = 1)\n",
}

__all__ = ["MACOS", "NOON", "WINDOWS", "PowerShell", "ProgramMissing", "disk", "event", "raid", "space"]
