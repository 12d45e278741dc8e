"""What a machine is made of: kept once, its differences told, and what could not be read is no removal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from controller.core.errors import Invalid
from controller.fleet.inventory import store
from controller.fleet.inventory.actions import CHANGES_LIMIT, take_inventory
from controller.fleet.inventory.differences import carried_over, differences
from controller.fleet.inventory.document import KEYS, Change, Inventory
from controller.rpc.inventory import inventory as told_by
from protos.vigia.v1 import inventory_pb2 as pb
from tests.controller.fleet.conftest import Office

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WD = {"name": "sda", "model": "WD Blue", "serial": "WX1", "size_bytes": 10**12, "firmware": "80"}
NVME = {"name": "nvme0n1", "model": "Samsung", "serial": "S5", "size_bytes": 10**12, "firmware": "1"}


def document(**changed: Any) -> Inventory:
    lists: dict[str, Any] = {
        **dict.fromkeys(KEYS, ()),
        "disks": [WD, NVME],
        "packages": [{"name": "nginx", "version": "1.2"}, {"name": "vim", "version": "9"}],
        "memory_modules": [{"slot": "A1", "size_bytes": 8 * 2**30, "serial": "7A"}],
        **{key: value for key, value in changed.items() if key in KEYS},
    }
    ones = {
        "system": {"os_name": "Debian", "os_version": "12.5", **changed.get("system", {})},
        "hardware": {"memory_bytes": 16 * 2**30, "cpu_cores": 4, **changed.get("hardware", {})},
    }
    sha256 = f"{hash(repr((lists, ones))) & 0xFFFF:064x}"
    return Inventory(UUID(int=1), sha256, NOON, ones, lists, changed.get("gaps", {}))


def changes(**changed: Any) -> list[Change]:
    before = document()
    return list(differences(before, carried_over(before, document(**changed))))


def test_memory_that_shrank_and_a_newer_package() -> None:
    assert changes(hardware={"memory_bytes": 8 * 2**30}) == [
        Change("hardware", "", "memory_bytes", str(16 * 2**30), str(8 * 2**30))
    ]
    assert changes(hardware={"memory_bytes": 16 * 2**30 - 2**20}) == [], "another kernel keeps a little more"
    assert changes(packages=[{"name": "nginx", "version": "1.3"}]) == [
        Change("packages", "nginx", "version", "1.2", "1.3"),
        Change("packages", "vim", "", "9", None),
    ]


def test_a_disk_is_known_by_its_serial() -> None:
    assert changes(disks=[{**WD, "name": "sdb"}, NVME]) == []
    assert changes(disks=[{**WD, "serial": "WX2"}, NVME]) == [
        Change("disks", "sda", "serial", "WD Blue WX1", "WD Blue WX2")
    ]
    assert changes(disks=[NVME]) == [Change("disks", "sda", "", "WD Blue WX1", None)]
    assert changes(disks=[{**NVME, "name": "sda"}]) == [Change("disks", "sda WX1", "", "WD Blue WX1", None)]
    assert changes(disks=[{**WD, "firmware": "81"}, NVME]) == [Change("disks", "sda", "firmware", "80", "81")]


def test_what_could_not_be_read_is_no_removal() -> None:
    before = document()
    now = carried_over(before, document(packages=[], gaps={"packages": "dpkg is busy"}))
    assert differences(before, now) == () and now.lists["packages"] == before.lists["packages"]
    never = replace(document(packages=[]), gaps={"packages": "no such tool"})
    assert differences(never, document()) == (), "what can be read at last did not arrive today"


async def test_it_is_kept_once_and_its_changes_are_told(office: Office) -> None:
    storage, machine = office.storage, await office.machine()
    first = replace(document(), machine_id=machine)
    second = replace(document(hardware={"memory_bytes": 8 * 2**30}), machine_id=machine)
    later = NOON + timedelta(hours=1)
    async with storage.unit() as unit:
        assert await take_inventory(unit, first) == 0
        assert await take_inventory(unit, replace(second, taken_at=later)) == 1
        assert await take_inventory(unit, replace(second, taken_at=later)) == 0
        assert await take_inventory(unit, first) == 0, "replayed history is passed over"
    async with storage.reading() as connection:
        kept = await store.inventory(connection, machine)
        dated = await store.changes(connection, machine)
    assert kept is not None and kept.ones["hardware"]["memory_bytes"] == 8 * 2**30
    assert [(one.at, one.change.field) for one in dated] == [(later, "memory_bytes")]


async def test_an_upgrade_of_everything_is_counted(office: Office) -> None:
    storage, machine = office.storage, await office.machine()
    many = [{"name": f"p{number}", "version": "1"} for number in range(CHANGES_LIMIT + 50)]
    newer = [{**one, "version": "2"} for one in many]
    async with storage.unit() as unit:
        await take_inventory(unit, replace(document(packages=many), machine_id=machine))
        later = replace(document(packages=newer), machine_id=machine, taken_at=NOON + timedelta(hours=1))
        assert await take_inventory(unit, later) == CHANGES_LIMIT + 50
    async with storage.reading() as connection:
        assert len(await store.changes(connection, machine, 10_000)) == CHANGES_LIMIT


def test_a_message_is_checked_before_it_is_believed() -> None:
    message = pb.Inventory(sha256=bytes(32), packages=[pb.InventoryPackage(name="a\0", version="1")])
    message.gaps.add(section="services", reason="none")
    message.gaps.add(section="; drop table", reason="none")
    taken = told_by(message, NOON)
    assert taken.lists["packages"] == [{"name": "a\N{REPLACEMENT CHARACTER}", "version": "1"}]
    assert dict(taken.gaps) == {"services": "none"}
    message.packages[0].name = "n" * 300
    with pytest.raises(Invalid, match=r"inventory\.packages\.name"):
        told_by(message, NOON)
    with pytest.raises(Invalid, match="sha256"):
        told_by(pb.Inventory(), NOON)
