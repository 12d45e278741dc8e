"""macOS by `system_profiler -json` (system_profiler(8)) and launchd's list."""

import platform
from collections.abc import Mapping
from typing import Any

from agent.collectors.asking import Ask, Tool, Unanswered, answer, ask, found, rows, table
from agent.collectors.macos.disks import DISK, DISKUTIL
from agent.collectors.macos.plist import asked, number, word
from agent.collectors.macos.services import LAUNCHCTL
from agent.inventory.elsewhere import LISTED_MAX, Section
from agent.inventory.software import PACKAGES_MAX, SERVICES_MAX
from agent.inventory.system import Places, plain

PROFILER = Tool(("/usr/sbin/system_profiler",), timeout_s=90.0, limit_bytes=4 * 1024 * 1024)
SYSCTL = Tool(("/usr/sbin/sysctl",), timeout_s=5.0, limit_bytes=16 * 1024)
COUNTS = {"cpu_threads": "hw.logicalcpu", "cpu_cores": "hw.physicalcpu", "cpu_sockets": "hw.packages",
          "memory_bytes": "hw.memsize"}  # fmt: skip


class Macos:
    """Each section raises Unanswered or ProgramMissing when its command did not tell it."""

    def __init__(self, ask: Ask = ask) -> None:
        self._ask = ask

    def sections(self) -> Mapping[str, Section]:
        return {
            "system": self.system, "hardware": self.hardware, "memory_modules": self.memory_modules,
            "disks": self.disks, "packages": self.packages, "services": self.services,
        }  # fmt: skip

    def system(self, _: Places) -> dict[str, Any]:
        version = platform.mac_ver()[0]
        told = self._profile("SPHardwareDataType")
        return {
            "os_name": "macOS",
            "os_version": version,
            "kernel": platform.release(),
            "architecture": platform.machine(),
            "host_name": platform.node(),
            "machine_id": word(found(told, 0, "platform_UUID")),
            "time_zone": "",
        }

    def hardware(self, _: Places) -> dict[str, Any]:
        told = self._profile("SPHardwareDataType")
        if not told:
            raise Unanswered("system_profiler: no hardware")
        first = told[0]
        texts: dict[str, Any] = {
            "vendor": "Apple",
            "product": word(first.get("machine_model")),
            "serial": plain(word(first.get("serial_number"))),
            "board": word(first.get("model_number")),
            "board_serial": "",
            "bios_vendor": "Apple",
            "bios_version": word(first.get("boot_rom_version")),
            "bios_date": "",
            "cpu_model": word(first.get("chip_type")) or word(first.get("cpu_type")),
        }
        lines = answer(self._ask, SYSCTL, tuple(COUNTS.values())).splitlines()
        counts = dict(line.split(": ", 1) for line in lines if ": " in line)
        for name, key in COUNTS.items():
            if not counts.get(key, "").isdecimal():
                raise Unanswered(f"sysctl: no number of {key}")
            texts[name] = int(counts[key])
        return texts

    def memory_modules(self, _: Places) -> list[dict[str, Any]]:
        """Apple's own processors have none that could be pulled: one entry without a slot."""
        modules: list[dict[str, Any]] = []
        for bank in self._profile("SPMemoryDataType"):
            inner = bank.get("_items")
            for one in inner if isinstance(inner, list) else [bank]:
                size = _bytes(word(one.get("dimm_size")) or word(one.get("SPMemoryDataType")))
                if size:
                    modules.append({
                        "slot": word(one.get("_name")), "size_bytes": size,
                        "speed_mts": _first_number(word(one.get("dimm_speed"))),
                        "vendor": plain(word(one.get("dimm_manufacturer"))),
                        "serial": plain(word(one.get("dimm_serial_number"))),
                        "part": plain(word(one.get("dimm_part_number"))),
                    })  # fmt: skip
        return modules[:LISTED_MAX]

    def disks(self, _: Places) -> list[dict[str, Any]]:
        document = asked(self._ask, DISKUTIL, "list", "-plist", "physical")
        names = document.get("WholeDisks") if isinstance(document, dict) else None
        if not isinstance(names, list):
            raise Unanswered("diskutil list: it names no disks")
        listed = []
        for name in [one for one in names if isinstance(one, str) and DISK.match(one)][:LISTED_MAX]:
            told = asked(self._ask, DISKUTIL, "info", "-plist", name)
            if not isinstance(told, dict):
                raise Unanswered("diskutil info: its answer is no table")
            listed.append({
                "name": name, "vendor": "", "model": plain(word(told.get("MediaName"))),
                "serial": "", "firmware": "", "size_bytes": int(number(told.get("TotalSize")) or 0),
                "is_rotational": told.get("SolidState") is False,
                "is_removable": told.get("RemovableMedia") is True or told.get("Internal") is False,
            })  # fmt: skip
        return listed

    def packages(self, _: Places) -> list[dict[str, Any]]:
        known = {
            (word(row.get("_name")), word(row.get("version")))
            for row in self._profile("SPApplicationsDataType", "-detailLevel", "mini")
            if word(row.get("_name"))
        }
        return [{"name": name, "version": version} for name, version in sorted(known)[:PACKAGES_MAX]]

    def services(self, _: Places) -> list[dict[str, Any]]:
        lines = answer(self._ask, LAUNCHCTL, ("list",)).splitlines()[1:]
        labels = sorted({line.split("\t")[2] for line in lines if line.count("\t") == 2})
        if not labels:
            raise Unanswered("launchctl list: it names no jobs")
        return [{"name": label, "state": "loaded"} for label in labels[:SERVICES_MAX]]

    def _profile(self, kind: str, *words: str) -> list[dict[str, Any]]:
        document = table(answer(self._ask, PROFILER, ("-json", *words, kind)), "system_profiler")
        if kind not in document:
            raise Unanswered(f"system_profiler: no {kind}")
        return rows(document, kind)


def _bytes(told: str) -> int:
    """Of "8 GB", in the units of memory; 0 for an empty slot."""
    count, _, unit = told.partition(" ")
    factor = {"MB": 2**20, "GB": 2**30, "TB": 2**40}.get(unit.strip().upper(), 0)
    return int(count) * factor if count.isdecimal() else 0


def _first_number(told: str) -> int:
    count = told.partition(" ")[0]
    return int(count) if count.isdecimal() else 0
