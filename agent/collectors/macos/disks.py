"""Disks and AppleRAID sets, by `diskutil` (diskutil(8)): its property lists are not translated."""

import re
from datetime import datetime

from agent.collectors.asking import Ask, Tool, Unanswered, ask
from agent.collectors.hardware.part import DEGRADED, FAILED, OK, PREDICTED, Part
from agent.collectors.hardware.raid.array import Array
from agent.collectors.macos.plist import asked, tables, word
from agent.names import HW_MODEL, HW_NAME
from agent.signals import Gap, Metric, Reading

DISKUTIL = Tool(("/usr/sbin/diskutil",), timeout_s=30.0)
DISK = re.compile(r"disk\d{1,3}\Z")
SETS = {"Online": OK, "Degraded": DEGRADED, "Offline": FAILED, "Failed": FAILED}
SMART = {"Verified": OK, "Failing": PREDICTED}
LEVELS = {"Mirror": "raid1", "Stripe": "raid0", "Concat": "linear"}
DISKS_MAX = 32


class AppleRaid:
    """A mirror may lose all members but one; the others none."""

    name = "raid:apple"
    every_s = 300.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        document = asked(self._ask, DISKUTIL, "appleRAID", "list", "-plist")
        if not isinstance(document, dict):
            raise Unanswered("diskutil appleRAID: its answer is no table")
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for row in tables(document.get("AppleRAIDSets"), "AppleRAID sets")[:DISKS_MAX]:
            name = word(row.get("Name")) or word(row.get("BSD Name"))
            state = SETS.get(word(row.get("Status")))
            if not name or state is None:
                gaps.append(Gap(self.name, f"{name or 'an AppleRAID set'}: its state is unknown"))
                continue
            level = LEVELS.get(word(row.get("Level")), word(row.get("Level")).lower())
            members = tables(row.get("Members"), "members")
            lost = tuple(
                word(one.get("BSD Name")) or word(one.get("AppleRAIDMemberUUID")) or "?"
                for one in members
                if word(one.get("MemberStatus")) in ("Failed", "Offline", "Missing")
            )
            working = len(members) - len(lost)
            left = max(0, working - 1) if level == "raid1" else 0
            metrics += Array(name, "appleraid", level, state, len(members), working, left, lost).metrics()
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))


class DiskHealth:
    """`hw.status` of the physical disks that tell it: verified, or failing."""

    name = "disk:smart"
    every_s = 1800.0

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def read(self, now: datetime) -> Reading:
        document = asked(self._ask, DISKUTIL, "list", "-plist", "physical")
        disks = document.get("WholeDisks") if isinstance(document, dict) else None
        if not isinstance(disks, list):
            raise Unanswered("diskutil list: it names no disks")
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for disk in [one for one in disks if isinstance(one, str) and DISK.match(one)][:DISKS_MAX]:
            try:
                metrics += self._look(disk)
            except Unanswered as error:
                gaps.append(Gap(self.name, f"{disk}: {error}"))
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _look(self, disk: str) -> list[Metric]:
        told = asked(self._ask, DISKUTIL, "info", "-plist", disk)
        if not isinstance(told, dict):
            raise Unanswered("diskutil info: its answer is no table")
        if told.get("RemovableMedia") is True or told.get("VirtualOrPhysical") == "Virtual":
            return []
        state = SMART.get(word(told.get("SMARTStatus")))
        if state is None:
            raise Unanswered("it says nothing about its health")
        part = Part(disk, "physical_disk", {HW_NAME: disk, HW_MODEL: word(told.get("MediaName"))})
        rotates = told.get("SolidState") is False
        return [
            part.status(state),
            part.metric("vigia.disk.redundant", float(word(told.get("ParentWholeDisk")) != disk)),
            part.metric("vigia.disk.rotational", float(rotates)),
            part.metric("vigia.disk.asleep", 0.0),
        ]
