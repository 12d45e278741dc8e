"""What the inventory of Windows and macOS says of cards, addresses and filesystems, by psutil."""

import ipaddress
import socket
from typing import Any

import psutil

LISTED_MAX = 500


def adapters() -> list[dict[str, Any]]:
    stats = psutil.net_if_stats()
    found = []
    for name, kept in sorted(psutil.net_if_addrs().items()):
        mac = next((one.address for one in kept if one.family == psutil.AF_LINK), "")
        if mac and mac.strip("0:-"):
            speed = stats[name].speed * 1_000_000 if name in stats else 0
            plain = mac.lower().replace("-", ":")
            found.append({"name": name, "mac": plain, "driver": "", "speed_bits_per_s": speed})
    return found[:LISTED_MAX]


def addresses() -> list[dict[str, Any]]:
    found = []
    for name, kept in sorted(psutil.net_if_addrs().items()):
        for one in kept:
            if one.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            told = one.address.partition("%")[0]
            address = ipaddress.ip_address(told)
            if address.is_loopback or address.is_link_local:
                continue
            if one.netmask and address.version == 4:
                told = str(ipaddress.ip_interface(f"{told}/{one.netmask}"))
            found.append({"interface": name, "address": told})
    return found[:LISTED_MAX]


def mounts() -> list[dict[str, Any]]:
    found = []
    for one in psutil.disk_partitions(all=False):
        if not one.fstype:
            continue  # a drive without a medium
        try:
            size_bytes = psutil.disk_usage(one.mountpoint).total
        except OSError:
            size_bytes = 0
        found.append({"path": one.mountpoint, "device": one.device, "filesystem": one.fstype,
                      "size_bytes": size_bytes})  # fmt: skip
    return found[:LISTED_MAX]
