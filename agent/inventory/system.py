"""Hardware, firmware and the system itself, from sysfs, procfs and /etc."""

import os
import platform
import re
import struct
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.collectors.memory import parse_meminfo
from agent.collectors.procfs import text, word
from agent.rootdoor.asked import opened

MODULES_MAX = 256
TABLE_MAX_BYTES = 1024 * 1024
SYS = "/sys"
# What firmware says where nobody filled in the field.
EMPTY = {
    "to be filled by o.e.m.", "default string", "not specified", "system serial number", "none", "unknown",
    "system product name", "system manufacturer", "o.e.m.", "n/a", "0", "no dimm", "not present",
}  # fmt: skip
_DMI = {
    "vendor": "sys_vendor", "product": "product_name", "serial": "product_serial", "board": "board_name",
    "board_serial": "board_serial", "bios_vendor": "bios_vendor", "bios_version": "bios_version",
    "bios_date": "bios_date",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """Where the machine's files are. A test gives folders of its own."""

    proc: str = "/proc"
    sys: str = SYS
    etc: str = "/etc"
    var: str = "/var"
    lib: str = "/lib"
    run: str = "/run"


def system(places: Places) -> dict[str, Any]:
    release = _release(places)
    told = platform.uname()
    return {
        "os_name": release.get("NAME", told.system),
        "os_version": _debian_point(places) or release.get("VERSION_ID", told.release),
        "kernel": told.release,
        "architecture": told.machine,
        "host_name": told.node,
        "machine_id": word(f"{places.etc}/machine-id") or "",
        "time_zone": _time_zone(places),
    }


def hardware(places: Places) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: plain(word(f"{places.sys}/class/dmi/id/{name}")) for key, name in _DMI.items()
    }
    if places.sys == SYS:
        for key in ("serial", "board_serial"):
            found[key] = found[key] or plain(_by_root(f"{SYS}/class/dmi/id/{_DMI[key]}"))
    info = text(f"{places.proc}/cpuinfo")
    found["cpu_model"] = _first(r"(?:model name|Hardware|cpu model)\s*:\s*(.+)", info) or platform.processor()
    found["cpu_threads"] = len(re.findall(r"^processor\s*:", info, re.MULTILINE))
    cores = set(re.findall(r"^physical id\s*:\s*(\d+)\n(?:.*\n)*?core id\s*:\s*(\d+)", info, re.MULTILINE))
    found["cpu_cores"] = len(cores)
    found["cpu_sockets"] = len({socket for socket, _ in cores})
    found["memory_bytes"] = parse_meminfo(text(f"{places.proc}/meminfo"))["MemTotal"]
    return found


def memory_modules(places: Places) -> list[dict[str, Any]]:
    """From the firmware's own table. Raises OSError where there is none or only root may read it."""
    folder = Path(places.sys) / "firmware/dmi/entries"
    entries = sorted(folder.glob("17-*"), key=lambda path: int(path.name[3:]))
    if not entries:
        raise FileNotFoundError("the firmware has no table of memory modules")
    try:
        raws = [(entry / "raw").read_bytes()[:4096] for entry in entries[:MODULES_MAX]]
    except PermissionError:
        if places.sys != SYS:
            raise
        raws = structures(_read(opened(f"{SYS}/firmware/dmi/tables/DMI")))
    found = [memory_module(raw) for raw in raws]
    return [one for one in found if one is not None]


def structures(table: bytes) -> list[bytes]:
    """The memory devices (type 17) of the firmware's whole table, each with its strings."""
    found: list[bytes] = []
    at = 0
    while at + 4 <= len(table) and len(found) < MODULES_MAX:
        kind, length = table[at], table[at + 1]
        end = table.find(b"\0\0", at + length)
        if length < 4 or end < 0 or kind == 127:
            break
        if kind == 17:
            found.append(table[at : end + 2])
        at = end + 2
    return found


def _by_root(path: str) -> str:
    """What only root may read; nothing where it is not asked."""
    try:
        return _read(opened(path)).decode("latin-1").strip()
    except OSError:
        return ""


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        return file.read(TABLE_MAX_BYTES)


def memory_module(raw: bytes) -> dict[str, Any] | None:
    """One entry of type 17, after the SMBIOS specification 3.x, 7.18; None for an empty slot.

    Raises ValueError for what is none.
    """
    if len(raw) < 0x1B or raw[0] != 17 or raw[1] > len(raw):
        raise ValueError("not a memory device")
    strings = raw[raw[1] :].split(b"\0")

    def named(at: int) -> str:
        number = raw[at] if at < raw[1] else 0
        told = strings[number - 1] if 0 < number <= len(strings) else b""
        return plain(told.decode("latin-1"))

    (size,) = struct.unpack_from("<H", raw, 0x0C)
    if size in (0, 0xFFFF):
        return None
    size_bytes = (size & 0x7FFF) * (1024 if size & 0x8000 else 1024**2)
    if size == 0x7FFF and raw[1] >= 0x20:
        size_bytes = (struct.unpack_from("<I", raw, 0x1C)[0] & 0x7FFFFFFF) * 1024**2
    (speed,) = struct.unpack_from("<H", raw, 0x15)
    return {
        "slot": named(0x10),
        "size_bytes": size_bytes,
        "speed_mts": 0 if speed == 0xFFFF else speed,
        "vendor": named(0x17),
        "serial": named(0x18),
        "part": named(0x1A),
    }


def plain(told: str | None) -> str:
    """Without padding, and empty for the words that firmware uses for nothing."""
    cleaned = " ".join((told or "").replace("\0", " ").split())
    return "" if cleaned.lower() in EMPTY else cleaned


def _release(places: Places) -> dict[str, str]:
    found = {}
    with suppress(Exception):  # no such file, or one that is none
        for line in text(f"{places.etc}/os-release").splitlines():
            key, equals, value = line.partition("=")
            if equals:
                found[key.strip()] = value.strip().strip("\"'")
    return found


def _debian_point(places: Places) -> str:
    """ "12.5": Debian's own file is finer than its os-release."""
    told = word(f"{places.etc}/debian_version") or ""
    return told if re.fullmatch(r"\d+\.\d+", told) else ""


def _time_zone(places: Places) -> str:
    told = word(f"{places.etc}/timezone")
    if told:
        return told
    with suppress(OSError):
        return os.readlink(f"{places.etc}/localtime").partition("zoneinfo/")[2]
    return ""


def _first(pattern: str, told: str) -> str:
    match = re.search(pattern, told)
    return match[1].strip() if match else ""
