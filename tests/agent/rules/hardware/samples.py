"""What a machine's files and programs say, read by the collector itself: a sample for a rule.

The samples stand in tests/agent/collectors/hardware/shelf.py, made after the documented formats.
"""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from inspect import signature
from pathlib import Path

from agent.clock import SystemClock
from agent.collectors import Collector, look
from agent.collectors.hardware.batteries import Batteries
from agent.collectors.hardware.edac import Edac
from agent.collectors.hardware.ext4 import Ext4
from agent.collectors.hardware.ipmi import Ipmi
from agent.collectors.hardware.raid.btrfs import Btrfs
from agent.collectors.hardware.raid.controllers import Controllers
from agent.collectors.hardware.raid.lvm import Lvm
from agent.collectors.hardware.raid.md import Md
from agent.collectors.hardware.raid.zfs import Zfs
from agent.collectors.hardware.sensors import DiskHeat, Sensors
from agent.collectors.hardware.smart import NvmeHealth, Smart
from agent.collectors.hardware.ups import Ups
from agent.signals import Reading
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.hardware import shelf
from tests.agent.collectors.machine import Machine

Kind = Callable[[datetime], Reading]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LINES = {name: f"sys/class/hwmon/{file}" for name, file in {
    "cpu": "hwmon0/temp1_input", "nvme": "hwmon1/temp1_input", "sda": "hwmon2/temp1_input",
    "fan": "hwmon3/fan1_input", "pwm": "hwmon3/pwm1",
}.items()}  # fmt: skip
LINES["throttles"] = "sys/devices/system/cpu/cpu0/thermal_throttle/package_throttle_count"


def seen(
    kind: type,
    files: Mapping[str, str] | None = None,
    answers: Mapping[str, str] | None = None,
    gap: bool = False,
) -> Kind:
    """A machine that is well but for these files and answers, as that collector sees it, at any time.

    `gap`: the sample is one that cannot be understood; no other may be.
    """
    reading = _read(kind, tuple((files or {}).items()), tuple((answers or {}).items()))
    assert bool(reading.gaps) is gap, reading.gaps
    return lambda at: replace(reading, taken_at=at)


@cache
def _machine() -> Machine:
    """One for all samples: it is put right after each."""
    here = Machine(Path(_FOLDER.name))
    for name, content in shelf.FILES.items():
        here.says(name, content)
    return here


_FOLDER = tempfile.TemporaryDirectory()


@cache
def _read(kind: type, files: tuple[tuple[str, str], ...], answers: tuple[tuple[str, str], ...]) -> Reading:
    here = _machine()
    for name, content in files:
        here.says(name, content)
    asked = {"ask": Answers({**shelf.ANSWERS, **dict(answers)})}
    collector: Collector = kind(roots=here.roots, **(asked if "ask" in signature(kind).parameters else {}))
    try:
        return look(collector, SystemClock())
    finally:
        for name, _ in files:
            here.says(name, shelf.FILES[name])


def md(text: str) -> Kind:
    return seen(Md, {"proc/mdstat": text})


def zfs(text: str) -> Kind:
    return seen(Zfs, answers={"zpool status": text.replace("|", "\t")})


def lvm(text: str) -> Kind:
    return seen(Lvm, answers={"dmsetup status": text})


def btrfs(missing: str = "0\n", corrupt: int = 0) -> Kind:
    """Device 2 of a mirror."""
    stats = shelf.STATS.replace("corruption_errs 0", f"corruption_errs {corrupt}")
    folder = f"{shelf.BTRFS}/devinfo/2"
    return seen(Btrfs, {f"{folder}/missing": missing, f"{folder}/error_stats": stats})


def storcli(**states: str) -> Kind:
    return seen(Controllers, answers={"storcli64 /call show nolog J": shelf.storcli(**states)})


def ssacli(**states: str) -> Kind:
    return seen(Controllers, answers={"ssacli controller all show config": shelf.ssacli(**states)})


def sda(*, redundant: bool = True, **said: int) -> Kind:
    """The hard disk sda, a member of a mirror, or of none."""
    told = {"smartctl -j -i -H -A -d sat -n standby,3 /dev/sda": shelf.ata(**said)}  # type: ignore[arg-type]
    files = {} if redundant else {"sys/block/md0/md/level": "raid0\n"}
    return seen(Smart, files, told)


def sleeping() -> Kind:
    return seen(Smart, answers={"smartctl -j -i -H -A -d sat -n standby,3 /dev/sda": shelf.SLEEPING})


def nvme(**said: int) -> Kind:
    return seen(NvmeHealth, answers={"smartctl -j -i -H -A -d nvme -l ssd /dev/nvme0": shelf.nvme(**said)})


def no_smartctl() -> Kind:
    """The tool refuses: the disks are unknown."""
    return seen(Smart, answers={"smartctl --scan-open -j": ""}, gap=True)


def ext4(errors: int) -> Kind:
    return seen(Ext4, {"sys/fs/ext4/md0/errors_count": f"{errors}\n"})


def edac(corrected: int = 0, uncorrected: int = 0) -> Kind:
    """Errors of one module, which its controller counts as well."""
    folder, files = "sys/devices/system/edac/mc/mc0", {}
    for kind, count in (("ce", corrected), ("ue", uncorrected)):
        files[f"{folder}/{kind}_count"] = files[f"{folder}/dimm0/dimm_{kind}_count"] = f"{count}\n"
    return seen(Edac, files)


def sensors(**lines: int) -> Kind:
    """Degrees in thousandths, revolutions, duty 0..255: by LINES."""
    return seen(Sensors, {LINES[name]: f"{value}\n" for name, value in lines.items()})


def heat(solid: bool = False, **lines: int) -> Kind:
    """By the disks' own drivers; `solid`: sda does not turn."""
    files = {LINES[name]: f"{value}\n" for name, value in lines.items()}
    return seen(DiskHeat, {**files, "sys/block/sda/queue/rotational": f"{int(not solid)}\n"})


def ipmi(sdr: str = shelf.SDR, chassis: str = shelf.CHASSIS, sel: str = shelf.SEL) -> Kind:
    return seen(Ipmi, answers={"ipmitool sdr elist": sdr, "ipmitool chassis status": chassis,
                               "ipmitool sel elist last 64": sel})  # fmt: skip


def nut(status: str, charge: int) -> Kind:
    return seen(Ups, answers={"upsc ups": shelf.nut(status, charge)})


def apc(status: str, charge: str = "100.0") -> Kind:
    return seen(Ups, answers={"apcaccess status": shelf.apc(status, charge)}, gap=status == "COMMLOST")


def battery(full: int) -> Kind:
    """Of 50 Wh by design."""
    return seen(Batteries, {"sys/class/power_supply/BAT0/energy_full": f"{full}\n"})
