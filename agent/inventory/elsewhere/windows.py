"""Windows by CIM and the registry's list of programs, in one start of PowerShell."""

import platform
from collections.abc import Mapping
from typing import Any

from agent.collectors.asking import Ask, Unanswered, ask
from agent.collectors.windows.powershell import Digest, listed, whole, word
from agent.inventory.elsewhere import LISTED_MAX, Section
from agent.inventory.software import PACKAGES_MAX, SERVICES_MAX
from agent.inventory.system import Places, plain

_UNINSTALL = "Microsoft\\Windows\\CurrentVersion\\Uninstall\\*"
SCRIPT = (
    "$o=Get-CimInstance Win32_OperatingSystem;$c=Get-CimInstance Win32_ComputerSystem;"
    "$b=Get-CimInstance Win32_BIOS;$m=Get-CimInstance Win32_BaseBoard;$p=@(Get-CimInstance Win32_Processor);"
    "@{os=$o.Caption;version=$o.Version;build=$o.BuildNumber;zone=(Get-TimeZone).Id;"
    "id=(Get-ItemProperty HKLM:\\SOFTWARE\\Microsoft\\Cryptography).MachineGuid;"
    "vendor=$c.Manufacturer;product=$c.Model;serial=$b.SerialNumber;board=$m.Product;"
    "board_serial=$m.SerialNumber;bios_vendor=$b.Manufacturer;bios_version=$b.SMBIOSBIOSVersion;"
    "bios_date=$(if($b.ReleaseDate){$b.ReleaseDate.ToString('yyyy-MM-dd')});"
    "cpu=$p[0].Name;sockets=$p.Count;cores=($p|Measure-Object NumberOfCores -Sum).Sum;"
    "threads=($p|Measure-Object NumberOfLogicalProcessors -Sum).Sum;memory=$c.TotalPhysicalMemory;"
    "modules=@(Get-CimInstance Win32_PhysicalMemory|ForEach-Object{@{slot=$_.DeviceLocator;size=$_.Capacity;"
    "speed=$_.Speed;vendor=$_.Manufacturer;serial=$_.SerialNumber;part=$_.PartNumber}});"
    "disks=@(Get-CimInstance Win32_DiskDrive|ForEach-Object{@{name=$_.DeviceID;model=$_.Model;"
    "serial=$_.SerialNumber;firmware=$_.FirmwareRevision;size=$_.Size;bus=$_.InterfaceType}});"
    f"packages=@(Get-ItemProperty HKLM:\\SOFTWARE\\{_UNINSTALL},HKLM:\\SOFTWARE\\WOW6432Node\\{_UNINSTALL}"
    " -ErrorAction SilentlyContinue|Where-Object{$_.DisplayName -and -not $_.SystemComponent}|"
    'ForEach-Object{@{n="$($_.DisplayName)";v="$($_.DisplayVersion)"}});'
    "services=@(Get-CimInstance Win32_Service|ForEach-Object{@{n=$_.Name;s=$_.StartMode}})}"
)


class Windows:
    """Each section raises Unanswered when the script did not tell it."""

    def __init__(self, ask: Ask = ask) -> None:
        self._told = Digest(ask, SCRIPT, 600.0).told

    def sections(self) -> Mapping[str, Section]:
        return {
            "system": self.system, "hardware": self.hardware, "memory_modules": self.memory_modules,
            "disks": self.disks, "packages": self.packages, "services": self.services,
        }  # fmt: skip

    def system(self, _: Places) -> dict[str, Any]:
        return {
            "os_name": word(self._told("os")),
            "os_version": word(self._told("version")),
            "kernel": word(self._told("version")),
            "architecture": platform.machine(),
            "host_name": platform.node(),
            "machine_id": word(self._told("id")),
            "time_zone": word(self._told("zone")),
        }

    def hardware(self, _: Places) -> dict[str, Any]:
        texts = ("vendor", "product", "serial", "board", "board_serial", "bios_vendor", "bios_version",
                 "bios_date")  # fmt: skip
        found: dict[str, Any] = {name: plain(word(self._told(name))) for name in texts}
        found["cpu_model"] = word(self._told("cpu"))
        for name, asked in (("cpu_threads", "threads"), ("cpu_cores", "cores"), ("cpu_sockets", "sockets"),
                            ("memory_bytes", "memory")):  # fmt: skip
            count = whole(self._told(asked))
            if count is None:
                raise Unanswered(f"powershell: no number of {asked}")
            found[name] = count
        return found

    def memory_modules(self, _: Places) -> list[dict[str, Any]]:
        return [
            {
                "slot": plain(word(row.get("slot"))),
                "size_bytes": whole(row.get("size")) or 0,
                "speed_mts": whole(row.get("speed")) or 0,
                "vendor": plain(word(row.get("vendor"))),
                "serial": plain(word(row.get("serial"))),
                "part": plain(word(row.get("part"))),
            }
            for row in listed(self._told("modules"), "memory modules")[:LISTED_MAX]
        ]

    def disks(self, _: Places) -> list[dict[str, Any]]:
        return [
            {
                "name": word(row.get("name")).rpartition("\\")[2],
                "vendor": "",
                "model": plain(word(row.get("model"))),
                "serial": plain(word(row.get("serial"))),
                "firmware": plain(word(row.get("firmware"))),
                "size_bytes": whole(row.get("size")) or 0,
                "is_rotational": False,
                "is_removable": word(row.get("bus")) == "USB",
            }
            for row in listed(self._told("disks"), "disks")[:LISTED_MAX]
        ]

    def packages(self, _: Places) -> list[dict[str, Any]]:
        rows = listed(self._told("packages"), "programs")
        known = sorted({(word(row.get("n")), word(row.get("v"))) for row in rows if word(row.get("n"))})
        return [{"name": name, "version": version} for name, version in known[:PACKAGES_MAX]]

    def services(self, _: Places) -> list[dict[str, Any]]:
        rows = listed(self._told("services"), "services")
        known = sorted(
            {(word(row.get("n")), word(row.get("s")).lower()) for row in rows if word(row.get("n"))}
        )
        return [{"name": name, "state": state} for name, state in known[:SERVICES_MAX]]
