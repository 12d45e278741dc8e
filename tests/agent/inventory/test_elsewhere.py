"""The inventory of Windows and macOS, from answers made after documented formats: the fields of Linux."""

import json
from typing import Any

import pytest

from agent.collectors.macos.disks import DISKUTIL
from agent.collectors.macos.services import LAUNCHCTL
from agent.inventory import elsewhere
from agent.inventory.document import SECTIONS, taken
from agent.inventory.elsewhere.macos import PROFILER, SYSCTL, Macos
from agent.inventory.elsewhere.windows import SCRIPT, Windows
from tests.agent.collectors.answers import MODES, Answers
from tests.agent.collectors.elsewhere.shelf import LAUNCHD, PowerShell, tabled

WINDOWS: dict[str, Any] = {
    "os": "Microsoft Windows 11 Pro", "version": "10.0.26100", "build": "26100",
    "zone": "Central Standard Time (Mexico)", "id": "6f1f1d6e-0000-4000-8000-000000000000",
    "vendor": "Dell Inc.", "product": "OptiPlex 7010", "serial": "ABC1234", "board": "0WN7Y6",
    "board_serial": "/ABC1234/CN0", "bios_vendor": "Dell Inc.", "bios_version": "1.21.0",
    "bios_date": "2025-05-02", "cpu": "13th Gen Intel(R) Core(TM) i5-13500T", "sockets": 1, "cores": 14,
    "threads": 20, "memory": 17_000_000_000,
    "modules": [{"slot": "DIMM1", "size": 2**34, "speed": 4800, "vendor": "Samsung", "serial": "0001",
                 "part": "M425R2GA3BB0"}],
    "disks": [{"name": "\\\\.\\PHYSICALDRIVE0", "model": "SK hynix PC801", "serial": "ADB1", "firmware": "5A",
               "size": 512_105_932_800, "bus": "SCSI"}],
    "packages": [{"n": "7-Zip", "v": "24.09"}, {"n": "7-Zip", "v": "24.09"}],
    "services": [{"n": "Spooler", "s": "Auto"}],
}  # fmt: skip
MACOS = {
    f"{PROFILER.name} -json SPHardwareDataType": json.dumps({"SPHardwareDataType": [
        {"machine_model": "Mac14,3", "serial_number": "H00000000", "chip_type": "Apple M2",
         "platform_UUID": "0A1B", "boot_rom_version": "11881.1.1", "model_number": "MMFJ3"}]}),
    f"{PROFILER.name} -json SPMemoryDataType": json.dumps({"SPMemoryDataType": [
        {"dimm_manufacturer": "Hynix", "dimm_type": "LPDDR5", "SPMemoryDataType": "8 GB"}]}),
    f"{PROFILER.name} -json -detailLevel": json.dumps({"SPApplicationsDataType": [
        {"_name": "Safari", "version": "18.1"}]}),
    SYSCTL.name: "hw.logicalcpu: 8\nhw.physicalcpu: 8\nhw.packages: 1\nhw.memsize: 8589934592\n",
    f"{DISKUTIL.name} list": tabled(WholeDisks=["disk0"]),
    f"{DISKUTIL.name} info": tabled(MediaName="APPLE SSD AP0256Z", TotalSize=251_000_193_024, Internal=True,
                                    SolidState=True),
    LAUNCHCTL.name: LAUNCHD,
}  # fmt: skip


def whole(system: str, mode: str = "") -> dict[str, Any]:
    own = (
        Windows(PowerShell({SCRIPT: WINDOWS}, mode)).sections()
        if system == "windows"
        else Macos(Answers(MACOS, mode=mode)).sections()
    )
    return taken(None, {**elsewhere._shared(), **own})


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_the_sections_and_fields_are_those_of_linux(system: str) -> None:
    told, here = whole(system), taken()
    assert told["gaps"] == []
    assert set(told) == {"gaps", *SECTIONS}
    for name in SECTIONS:
        ours, theirs = here[name], told[name]
        if isinstance(theirs, dict):
            assert theirs.keys() == ours.keys(), name
        elif ours and theirs:
            assert theirs[0].keys() == ours[0].keys(), name


def test_what_is_told() -> None:
    told = whole("windows")
    assert told["hardware"]["memory_bytes"] == 17_000_000_000
    assert told["disks"][0]["name"] == "PHYSICALDRIVE0"
    assert told["packages"] == [{"name": "7-Zip", "version": "24.09"}]
    assert told["memory_modules"][0]["size_bytes"] == 2**34
    mac = whole("macos")
    assert mac["memory_modules"][0]["size_bytes"] == 8 * 2**30
    assert (mac["hardware"]["cpu_cores"], mac["hardware"]["serial"]) == (8, "H00000000")


@pytest.mark.parametrize("system", ["windows", "macos"])
@pytest.mark.parametrize("mode", MODES)
def test_a_command_that_fails_leaves_its_sections_empty_and_named(system: str, mode: str) -> None:
    told = whole(system, mode)
    assert {"hardware", "disks", "packages", "services"} <= {gap["section"] for gap in told["gaps"]}
    assert told["packages"] == [] and told["hardware"] == {}
