"""What disks say of themselves, by `smartctl`: every half hour, and never by waking one that sleeps.

Only what is judged is asked (`-i -H -A`, for solid state `-l ssd`): all of `-x` is ten times as much to read
and some bridges hang on it. The list of disks is asked again when the kernel shows other disks. NVMe disks
are asked each five minutes: it wakes nothing, and what they warn of does not wait.
"""

import re
from datetime import datetime

from agent.collectors.asking import (
    Ask,
    ProgramMissing,
    Tool,
    Unanswered,
    answer,
    ask,
    found,
    number,
    rows,
    table,
)
from agent.collectors.hardware.part import Part
from agent.collectors.hardware.redundancy import Redundancy
from agent.collectors.hardware.smart_words import Device, asleep, metrics
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, word
from agent.signals import Gap, Metric, Reading

SMARTCTL = Tool(("smartctl",), timeout_s=45.0, limit_bytes=512 * 1024)
HEALTH = ("hw.status", "hw.physical_disk.smart", "vigia.nvme.critical_warning")
NAME = re.compile(r"/dev/[A-Za-z0-9_/.:-]{1,60}\Z")
KIND = re.compile(r"[a-z0-9_,+/:.-]{1,40}\Z")
# Bits of the exit code: 1 and 2 say that nothing was read, the others what was found.
READ = tuple(code for code in range(256) if not code & 3)
SLEEPS = 3  # what we have it say for a disk that sleeps; both bits together mean nothing else
# Makers of disks that are none: a virtual machine's, a RAID controller's volumes.
VIRTUAL = ("QEMU", "VMware", "VBOX", "Virtual", "Msft", "Google", "Amazon Elastic",
           "PERC", "MegaRAID", "AVAGO", "BROADCOM", "LSI", "LOGICAL VOLUME", "ServeRAID")  # fmt: skip
DISKS_MAX = 64


class Smart:
    """Self-assessment, telling counters, wear and temperature of SATA and SAS disks."""

    name = "disk:smart"
    every_s = 1800.0
    first_s = 5.0
    DISK = re.compile(r"sd[a-z]+\Z")

    def __init__(self, roots: Roots = MACHINE, ask: Ask = ask) -> None:
        self._block, self._ask = f"{roots.sys}/block", ask
        self._redundancy = Redundancy(roots, ask)
        self._devices: tuple[Device, ...] = ()
        self._listed: list[str] | None = None

    def read(self, now: datetime) -> Reading:
        disks = self._disks()
        if not disks:
            self._listed = None
            return Reading(self.name, now, 0.0)
        try:
            devices = self._list(disks)
        except (ProgramMissing, Unanswered) as error:
            real = [disk for disk in disks if not self._virtual(disk)]
            gap = Gap(self.name, f"the health of {', '.join(real)} is unknown: {error}")
            return Reading(self.name, now, 0.0, gaps=(gap,) if real else ())
        self._redundancy.look()
        metrics: list[Metric] = []
        gaps: list[Gap] = []
        for device in devices:
            try:
                metrics += self._look(device)
            except (ProgramMissing, Unanswered) as error:
                if not self._virtual(device.id):
                    gaps.append(Gap(self.name, f"{device.id}: {error}"))
        known = {device.id for device in devices}
        gaps += [
            Gap(self.name, f"{disk}: smartctl cannot open it")
            for disk in disks
            if not known & {disk, re.sub(r"n\d+\Z", "", disk)} and not self._virtual(disk)
        ]
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _disks(self) -> list[str]:
        try:
            disks = [name for name in names(self._block) if self.DISK.match(name)]
        except Unreadable:
            return []
        # Sticks and cards come and go, and have no health.
        return [name for name in disks if word(f"{self._block}/{name}/removable") != "1"][:DISKS_MAX]

    def _virtual(self, disk: str) -> bool:
        """Such a disk may tell of its health; when it does not, that is its host's or controller's to say."""
        folder = f"{self._block}/{disk}/device"
        said = f"{word(f'{folder}/vendor') or ''} {word(f'{folder}/model') or ''}"
        return any(maker in said for maker in VIRTUAL)

    def _list(self, disks: list[str]) -> tuple[Device, ...]:
        if self._listed != disks:
            told = table(answer(self._ask, SMARTCTL, ("--scan-open", "-j")), "smartctl --scan-open")
            if found(told, "devices") is None:
                raise Unanswered("smartctl --scan-open: it names no list of devices")
            self._devices = tuple(
                Device(row["name"], row["type"])
                for row in rows(told, "devices")[:DISKS_MAX]
                if NAME.match(str(row.get("name")))
                and KIND.match(str(row.get("type")))
                and self._wanted(Device(row["name"], row["type"]), disks)
            )
            self._listed = disks
        return self._devices

    def _wanted(self, device: Device, disks: list[str]) -> bool:
        return device.kind != "nvme" and (device.id in disks or " " in device.id)

    def _look(self, device: Device) -> list[Metric]:
        rests = word(f"{self._block}/{device.id}/queue/rotational") != "0" and device.kind != "nvme"
        words = ["-j", "-i", "-H", "-A", "-d", device.kind]
        # Some solid-state disks claim to sleep for ever; reading them wakes nothing.
        words += ["-n", f"standby,{SLEEPS}"] if rests else ["-l", "ssd"]
        said = answer(self._ask, SMARTCTL, (*words, device.name), (*READ, SLEEPS, 2))
        document = table(said, f"smartctl {device.name}")
        turns = number(document, "rotation_rate")
        spins = rests if turns is None else turns > 0
        part = Part(device.id, "physical_disk")
        common = [
            part.metric("vigia.disk.redundant", float(self._redundancy.of(device.id, device.kind))),
            part.metric("vigia.disk.rotational", float(spins)),
            part.metric("vigia.disk.asleep", float(asleep(document))),
        ]
        if asleep(document):
            return common
        if found(document, "smartctl", "exit_status") in (1, 2, 3):
            why = rows(document, "smartctl", "messages")
            raise Unanswered(str(why[0].get("string")) if why else "smartctl could not open it")
        told = metrics(device, document)
        if not any(metric.name in HEALTH for metric in told):
            if self._virtual(device.id):
                return []
            raise Unanswered("it says nothing about its health")
        return [*common, *told]


class NvmeHealth(Smart):
    """Warnings, spare, wear, media errors and temperature of NVMe disks; the kernel lists them."""

    name = "disk:nvme"
    every_s = 300.0
    DISK = re.compile(r"nvme\d+n\d+\Z")

    def _list(self, disks: list[str]) -> tuple[Device, ...]:
        controllers = dict.fromkeys(re.sub(r"n\d+\Z", "", disk) for disk in disks)
        return tuple(Device(f"/dev/{controller}", "nvme") for controller in controllers)

    def _virtual(self, disk: str) -> bool:
        return super()._virtual(disk if "n" in disk[4:] else f"{disk}n1")
