"""The document: what the machine's own files say, and what could not be read said as a gap."""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from agent.inventory import devices, software, system
from agent.inventory.document import digest, taken
from agent.inventory.system import Places

STATUS = """Package: nginx
Status: install ok installed
Architecture: amd64
Version: 1.22.1-9

Package: gone
Status: deinstall ok config-files
Version: 1.0

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.36-9
"""


def module(size: int = 8192, extended_mib: int = 0, speed: int = 3200, strings: bytes = b"") -> bytes:
    """An entry of type 17 as the firmware keeps it (SMBIOS 3.x, 7.18): made after the specification."""
    entry = bytearray(0x28)
    entry[0], entry[1] = 17, 0x28
    struct.pack_into("<H", entry, 0x0C, size)
    struct.pack_into("<H", entry, 0x15, speed)
    struct.pack_into("<I", entry, 0x1C, extended_mib)
    entry[0x10], entry[0x17], entry[0x18], entry[0x1A] = 1, 2, 3, 4
    return bytes(entry) + (strings or b"DIMM_A1\0Kingston\0  7A21F0C3 \0KF432C16\0\0")


def test_a_memory_module_as_the_firmware_tells_it() -> None:
    assert system.memory_module(module()) == {
        "slot": "DIMM_A1", "size_bytes": 8 * 1024**3, "speed_mts": 3200, "vendor": "Kingston",
        "serial": "7A21F0C3", "part": "KF432C16",
    }  # fmt: skip
    large = system.memory_module(module(0x7FFF, extended_mib=65_536))
    assert large is not None and large["size_bytes"] == 64 * 1024**3
    assert system.memory_module(module(0)) is None, "an empty slot"
    for nonsense in (b"", b"\x11", module()[:20], b"\x04" * 60):
        with pytest.raises(ValueError, match="not a memory device"):
            system.memory_module(nonsense)


def test_packages_of_each_kind() -> None:
    assert software.dpkg(STATUS) == [("nginx", "1.22.1-9"), ("libc6", "2.36-9"), ("libc6:i386", "2.36-9")]
    assert software.apk("P:musl\nV:1.2.4-r2\nA:x86_64\n\nP:busybox\nV:1.36\n") == [
        ("musl", "1.2.4-r2"), ("busybox", "1.36"),
    ]  # fmt: skip
    said = "kernel 0:5.14-2.x86_64\nkernel 0:5.14-1.x86_64\nbash 1:5.1-9.x86_64\ngpg-pubkey 0:1\n"
    assert software.rpm(said) == [("kernel", "5.14-1.x86_64, 5.14-2.x86_64"), ("bash", "1:5.1-9.x86_64")]


def test_addresses_that_stay() -> None:
    told = [
        {"ifname": "lo", "addr_info": [{"local": "127.0.0.1", "prefixlen": 8, "scope": "host"}]},
        {"ifname": "eth0", "addr_info": [
            {"local": "192.0.2.7", "prefixlen": 24, "scope": "global"},
            {"local": "fe80::1", "prefixlen": 64, "scope": "link"},
            {"local": "2001:db8::9", "prefixlen": 64, "scope": "global", "temporary": True},
        ]},
    ]  # fmt: skip
    found = devices.addresses_of(json.dumps(told).encode())
    assert found == [{"interface": "eth0", "address": "192.0.2.7/24"}]


def written(root: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def test_disks_by_what_stays_with_them(tmp_path: Path) -> None:
    written(tmp_path, {
        "block/sda/size": "1953525168\n", "block/sda/device/model": "WD Blue  \n",
        "block/sda/device/rev": "80.00\n", "block/sda/dev": "8:0\n", "block/sda/queue/rotational": "1\n",
        "block/sda/removable": "0\n",
        "block/nvme0n1/size": "2048\n", "block/nvme0n1/device/serial": "S5GX\n",
        "block/sr0/size": "100\n", "block/sdb/size": "0\n", "block/sdc/size": "8\n",
        "block/sdc/removable": "1\n", "udev/data/b8:0": "S:disk\nE:ID_SERIAL_SHORT=WD-WX11\n",
    })  # fmt: skip
    found = devices.disks(Places(sys=str(tmp_path), run=str(tmp_path)))
    assert [(one["name"], one["serial"], one["is_removable"]) for one in found] == [
        ("nvme0n1", "S5GX", False), ("sda", "WD-WX11", False), ("sdc", "", True),
    ]  # fmt: skip
    assert found[1]["size_bytes"] == 1953525168 * 512 and found[1]["model"] == "WD Blue"


def test_firmware_words_for_nothing_are_nothing() -> None:
    assert (
        system.plain("To Be Filled By O.E.M.") == "" == system.plain(None) == system.plain("Default string ")
    )
    assert system.plain(" PowerEdge  R340 ") == "PowerEdge R340"


def test_a_section_that_fails_is_a_gap_and_no_change() -> None:
    def fails(_: Places) -> Any:
        raise OSError("no such tool")

    whole = taken(sections={"disks": lambda _: [{"name": "s" * 900}]})
    assert whole["disks"] == [{"name": "s" * 255}]
    gap = taken(sections={"disks": fails})
    assert gap == {"disks": [], "gaps": [{"section": "disks", "reason": "OSError: no such tool"}]}
    assert digest({**gap, "gaps": []}) == digest(gap)


def test_this_machines_own() -> None:
    document = taken()
    assert document["hardware"]["memory_bytes"] > 0 and document["system"]["kernel"]
    missing = {gap["section"] for gap in document["gaps"]}
    assert missing <= {"memory_modules", "addresses", "packages", "services"}
