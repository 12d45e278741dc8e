"""When it is sent: at the start, when it changed, and once a day in any case."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from agent.inventory.keeping import AGAIN_S, EVERY_S, RESTARTED_S, SOON_S, InventoryKeeper
from agent.inventory.signs import signs
from agent.inventory.system import Places
from agent.inventory.told import Told, packed, told_of, unpacked
from agent.signals import Reading
from agent.spool import Kind, Lane, Spool
from protos.vigia.v1 import agent_pb2, inventory_pb2
from tests.support.agent_fakes import HandClock, SeededChance
from tests.support.forgetful_disk import ForgetfulDisk


def document(version: str = "1.2") -> dict[str, Any]:
    return {
        "system": {"os_name": "Debian GNU/Linux", "os_version": "12.5"},
        "hardware": {"memory_bytes": 16 * 1024**3, "cpu_threads": 4},
        "memory_modules": [],
        "disks": [
            {"name": "sda", "model": "WD Blue", "serial": "S-1", "size_bytes": 10**12, "is_removable": False}
        ],
        "packages": [{"name": "nginx", "version": version}],
        "gaps": [{"section": "services", "reason": "no systemctl"}],
    }


class Bench:
    def __init__(self) -> None:
        self.disk, self.clock = ForgetfulDisk(), HandClock()
        self.spool = Spool.open(self.disk, Path("/data/spool"), self.clock, SeededChance())
        self.document, self.readings = document(), list[Reading]()
        self.sign, self.glances = 1, 0
        self.keeper = InventoryKeeper(
            self.disk, Path("/data/inventory.json"), self.clock, self.spool, lambda: None,
            self.readings.append, self.taken, self.signs,
        )  # fmt: skip

    async def taken(self) -> Told:
        return unpacked(packed(told_of(self.document, self.clock.now())))

    def signs(self) -> int:
        self.glances += 1
        return self.sign

    async def looks(self, count: int) -> None:
        """What runs in a thread comes back when it likes."""
        await self.until(lambda: len(self.readings) >= count)

    async def glances_of(self, count: int) -> None:
        await self.until(lambda: self.glances >= count)

    async def until(self, reached: Callable[[], bool]) -> None:
        """And asleep again: only then may the clock be moved."""
        async with asyncio.timeout(20):
            while not reached() or not self.clock.sleepers_count:
                await asyncio.sleep(0.005)

    def sent(self) -> list[inventory_pb2.Inventory]:
        held = self.spool.read(Lane.FAULTS, 1)
        return [
            agent_pb2.Spooled.FromString(one.payload).inventory for one in held if one.kind is Kind.INVENTORY
        ]


async def test_it_is_sent_when_it_changed_and_otherwise_once_a_day() -> None:
    bench = Bench()
    assert await bench.keeper.once()
    assert not await bench.keeper.once()
    bench.document = document("1.3")
    assert await bench.keeper.once()
    bench.clock.pass_time(AGAIN_S)
    assert await bench.keeper.once()
    first, second, third = bench.sent()
    assert first.packages[0].version == "1.2" and second.packages[0].version == "1.3"
    assert second.sha256 == third.sha256 != first.sha256
    assert first.hardware.memory_bytes == 16 * 1024**3 and first.gaps[0].section == "services"


async def test_after_a_restart_the_evidence_of_what_ended_the_run_before_comes_first() -> None:
    bench = Bench()
    assert await bench.keeper.once()
    task = asyncio.create_task(bench.keeper.run())
    await bench.clock.advance(RESTARTED_S - 1)
    assert len(bench.readings) == 1
    await bench.clock.advance(2)
    await bench.looks(2)
    task.cancel()


async def test_it_comes_soon_after_the_start_and_whenever_a_glance_shows_a_change() -> None:
    bench = Bench()
    task = asyncio.create_task(bench.keeper.run())
    await bench.clock.advance(SOON_S - 1)
    assert not bench.readings
    await bench.clock.advance(2)
    await bench.looks(1)
    await bench.clock.advance(EVERY_S)
    await bench.glances_of(2)
    assert len(bench.readings) == 1, "nothing has changed"
    bench.sign += 1
    await bench.clock.advance(EVERY_S)
    await bench.looks(2)
    for glance in range(4, 10):
        await bench.clock.advance(EVERY_S)
        await bench.glances_of(glance)
    await bench.looks(3)
    assert len(bench.sent()) == 1
    task.cancel()


def test_signs_of_a_change(tmp_path: Path) -> None:
    places = Places(*(str(tmp_path) for _ in range(6)))
    before = signs(places)
    (tmp_path / "block").mkdir()
    (tmp_path / "block" / "sda").mkdir()
    assert signs(places) != before
    assert signs(places) == signs(places)


async def test_the_rules_see_what_stays() -> None:
    bench = Bench()
    await bench.keeper.once()
    names = {metric.name: metric for metric in bench.readings[0].metrics}
    assert names["vigia.inventory.disk"].attributes["serial"] == "S-1"
    assert names["vigia.inventory.system"].attributes["version"] == "12"


async def test_nonsense_is_no_inventory() -> None:
    bench = Bench()
    bench.document = {"hardware": {}, "disks": [{"name": "sda"}], "system": {}}
    assert not await bench.keeper.once()
    assert bench.sent() == []


async def test_a_new_spool_is_told_again() -> None:
    bench = Bench()
    assert await bench.keeper.once()
    bench.spool.renew_epoch()
    assert await bench.keeper.once()
