"""What the town's server is made of, and what somebody changed in it last night."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from controller.fleet.inventory.actions import take_inventory
from controller.fleet.inventory.document import KEYS, Entry, Inventory
from controller.storage import Storage

GIB = 2**30
_HARDWARE: Entry = {
    "vendor": "Dell Inc.", "product": "PowerEdge T40", "serial": "7C1XK33", "bios_version": "1.14.0",
    "bios_date": "05/11/2023", "cpu_model": "Intel(R) Xeon(R) E-2224G CPU @ 3.50GHz", "cpu_sockets": 1,
    "cpu_cores": 4, "cpu_threads": 4, "memory_bytes": 16 * GIB,
}  # fmt: skip
_MODULE: Entry = {
    "slot": "DIMM A1",
    "size_bytes": 8 * GIB,
    "speed_mts": 2666,
    "vendor": "Micron",
    "serial": "2F1",
}
_DISK: Entry = {
    "name": "sda", "vendor": "ATA", "model": "WDC WD10EZEX-08W", "serial": "WD-WCC6Y1", "firmware": "1A01",
    "size_bytes": 1_000_204_886_016, "is_rotational": True, "is_removable": False,
}  # fmt: skip


def inventory(machine_id: UUID, taken_at: datetime) -> Inventory:
    """As it was."""
    lists: Mapping[str, Sequence[Entry]] = {
        **dict.fromkeys(KEYS, ()),
        "memory_modules": [_MODULE, {**_MODULE, "slot": "DIMM A2", "serial": "2F2"}],
        "disks": [_DISK, {**_DISK, "name": "sdb", "serial": "WD-WCC6Y2"}],
        "adapters": [{"name": "eno1", "mac": "54:bf:64:00:00:01", "driver": "e1000e"}],
        "addresses": [{"interface": "eno1", "address": "192.0.2.10/24"}],
        "mounts": [{"path": "/", "device": "/dev/md0", "filesystem": "ext4", "size_bytes": 900 * GIB}],
        "services": [{"name": "tienda-web.service", "state": "enabled"}],
        "packages": [{"name": "mariadb-server", "version": "1:10.11.4-1"}],
    }  # fmt: skip
    system: Entry = {"os_name": "Debian GNU/Linux", "os_version": "12.4", "kernel": "6.1.0-17-amd64"}
    return Inventory(machine_id, "1" * 64, taken_at, {"system": system, "hardware": _HARDWARE}, lists, {})


async def bring_inventories(storage: Storage, machine_id: UUID, now: datetime) -> None:
    """Last night a module went, a disk was replaced, and packages came."""
    before = inventory(machine_id, now - timedelta(days=30))
    after = replace(
        before,
        sha256="2" * 64,
        taken_at=now - timedelta(hours=9),
        ones={**before.ones, "hardware": {**_HARDWARE, "memory_bytes": 8 * GIB}},
        lists={
            **before.lists,
            "memory_modules": [_MODULE],
            "disks": [_DISK, {**_DISK, "name": "sdb", "model": "ST1000DM010", "serial": "ZN1A"}],
            "packages": [
                {"name": "mariadb-server", "version": "1:10.11.6-0"},
                {"name": "htop", "version": "3.2.2-2"},
            ],
        },
        gaps={"services": "systemctl: exit status 1"},
    )
    async with storage.unit() as unit:
        await take_inventory(unit, before)
        await take_inventory(unit, after)
