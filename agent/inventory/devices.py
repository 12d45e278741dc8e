"""Disks, network adapters, addresses and mounts."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from agent.collectors.disks import DISK, SECTOR_BYTES
from agent.collectors.network import INNER
from agent.collectors.procfs import names, text, word
from agent.inventory.system import Places, plain
from agent.processes import run

IP = ("ip", "-json", "address", "show")
OUTPUT_BYTES = 1024 * 1024
LISTED_MAX = 500
# File systems of the kernel's own, or of a moment: no fact about the machine.
INNER_FILESYSTEMS = {
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs",
    "efivarfs", "fuse.gvfsd-fuse", "fuse.portal", "fusectl", "hugetlbfs", "mqueue", "nsfs", "overlay", "proc",
    "pstore", "ramfs", "rpc_pipefs", "securityfs", "selinuxfs", "squashfs", "sysfs", "tmpfs", "tracefs",
}  # fmt: skip


def disks(places: Places) -> list[dict[str, Any]]:
    """Whole disks; not what is built of them."""
    found = []
    for name in names(f"{places.sys}/block"):
        folder = f"{places.sys}/block/{name}"
        if not DISK.match(name) or name.startswith("md"):
            continue
        sectors = word(f"{folder}/size") or "0"
        if not sectors.isdigit() or not int(sectors):
            continue  # an empty card reader
        found.append(
            {
                "name": name,
                "vendor": plain(word(f"{folder}/device/vendor")),
                "model": plain(word(f"{folder}/device/model")),
                "serial": _serial(places, name),
                "firmware": plain(word(f"{folder}/device/firmware_rev") or word(f"{folder}/device/rev")),
                "size_bytes": int(sectors) * SECTOR_BYTES,
                "is_rotational": word(f"{folder}/queue/rotational") == "1",
                "is_removable": word(f"{folder}/removable") == "1" or "/usb" in os.path.realpath(folder),
            }
        )
    return found[:LISTED_MAX]


def _serial(places: Places, name: str) -> str:
    """Of the device itself, else of its page 80, else what udev found out, else its name in the world."""
    folder = f"{places.sys}/block/{name}"
    direct = plain(word(f"{folder}/device/serial") or word(f"{folder}/serial"))
    if direct:
        return direct
    with suppress(OSError):
        page = Path(f"{folder}/device/vpd_pg80").read_bytes()[:512]
        if len(page) > 4 and page[1] == 0x80:
            told = plain(page[4 : 4 + page[3]].decode("latin-1"))
            if told:
                return told
    for line in (_udev(places, folder)).splitlines():
        if line.startswith("E:ID_SERIAL_SHORT="):
            return plain(line.partition("=")[2])
    return plain(word(f"{folder}/wwid") or word(f"{folder}/device/wwid"))


def _udev(places: Places, folder: str) -> str:
    with suppress(Exception):  # not there, or not readable
        return text(f"{places.run}/udev/data/b{word(f'{folder}/dev')}")
    return ""


def adapters(places: Places) -> list[dict[str, Any]]:
    """Those with a device behind them: what a person could pull out."""
    found = []
    for name in names(f"{places.sys}/class/net"):
        folder = f"{places.sys}/class/net/{name}"
        if name.startswith(INNER) or not os.path.exists(f"{folder}/device"):
            continue
        speed = word(f"{folder}/speed") or ""
        driver = ""
        with suppress(OSError):
            driver = os.path.basename(os.readlink(f"{folder}/device/driver"))
        found.append(
            {
                "name": name,
                "mac": word(f"{folder}/address") or "",
                "driver": driver,
                "speed_bits_per_s": int(speed) * 1_000_000 if speed.isdigit() else 0,
            }
        )
    return found[:LISTED_MAX]


def addresses(_: Places) -> list[dict[str, Any]]:
    """Those that stay: none of the moment, none of inner interfaces. Raises ProgramMissing or ValueError."""
    said = run(IP, timeout_s=5.0, output_limit_bytes=OUTPUT_BYTES)
    if not said.ok:
        raise ValueError(f"{' '.join(IP)}: exit status {said.returncode}")
    return addresses_of(said.stdout)


def addresses_of(told: bytes) -> list[dict[str, Any]]:
    found = []
    for interface in json.loads(told):
        name = str(interface.get("ifname", ""))
        if not name or name.startswith(INNER):
            continue
        for one in interface.get("addr_info", ()):
            # Privacy addresses change by themselves, link-local ones follow from the adapter.
            if one.get("temporary") or one.get("scope") == "link" or "local" not in one:
                continue
            found.append({"interface": name, "address": f"{one['local']}/{one.get('prefixlen', '')}"})
    return sorted(found, key=lambda one: (one["interface"], one["address"]))[:LISTED_MAX]


# What a service's own view of the machine has beside the machine's: its private folders.
OWN_VIEW = ("/tmp", "/var/tmp", "/var/lib/vigia-agent", "/run/vigia-agent", "/run/credentials")  # noqa: S108


def mounts(places: Places) -> list[dict[str, Any]]:
    """What is mounted from a disk or the network. Sizes are not asked of network file systems: they hang."""
    found: dict[str, dict[str, Any]] = {}
    for line in text(f"{places.proc}/self/mounts").splitlines():
        words = line.split(" ")
        if len(words) < 4 or words[2] in INNER_FILESYSTEMS or words[1].startswith(("/run/user", "/snap")):
            continue
        path = words[1].encode().decode("unicode_escape", "replace")
        if path in found or path.startswith(OWN_VIEW):
            continue
        size_bytes = 0
        if words[0].startswith("/dev/"):
            with suppress(OSError):
                state = os.statvfs(path)
                size_bytes = state.f_blocks * state.f_frsize
        found[path] = {
            "path": path, "device": words[0], "filesystem": words[2], "size_bytes": size_bytes,
        }  # fmt: skip
    return [found[path] for path in sorted(found)][:LISTED_MAX]
