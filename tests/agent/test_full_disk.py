"""The disk under the agent is full: it says so, takes faults all the same, starts, and goes on with room."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.app import App, Surroundings
from agent.config import Config
from agent.disk import OsDisk
from agent.identity import IdentityStore
from tests.agent.test_starts import Broken, evidence, inventory
from tests.support.agent_controller import ListeningController
from tests.support.loop_disk import mounted, new_disk

pytestmark = pytest.mark.needs_root_loop


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(new_disk(tmp_path / "disk.img", 24), tmp_path / "disk") as folder:
        yield folder


def fill(disk: Path) -> Path:
    filler = disk / "somebody-else"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4_096)):
                pass
        except OSError:
            pass
    return filler


class Life:
    """An agent on that disk with a watch that is broken."""

    def __init__(self, disk: Path, controller: ListeningController, called: str) -> None:
        around = Surroundings(collectors=(Broken(called),), take_evidence=evidence, take_inventory=inventory)
        self.app = App(Config(data=disk / "agent", controller=controller.endpoint), around)
        self._lock = disk / "agent" / "lock"
        self._running = asyncio.create_task(self.app.run())

    async def end(self) -> None:
        self.app.stop()
        await self._running
        self._lock.unlink()  # held until this process ends


def names(controller: ListeningController) -> list[str]:
    told = [item.spooled.finding for item in controller.heard("spooled") if item.spooled.HasField("finding")]
    return [one.object for one in told]


async def test_a_full_disk_takes_faults_and_says_that_it_is_full(
    disk: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    async with ListeningController() as controller:
        controller.snapshot_interval_s = 1
        IdentityStore(OsDisk(), disk / "agent").save(controller.authority.identity(controller.endpoint))
        first = Life(disk, controller, "first")
        await controller.until(lambda: "first" in names(controller))
        filler = fill(disk)
        await first.end()

        second = Life(disk, controller, "second")  # on a full disk, the reserve gives room
        await controller.until(lambda: "second" in names(controller))
        await controller.until(lambda: "kept for faults" in caplog.text or "No space left" in caplog.text, 20)
        filler.unlink()
        heard = len(controller.heard("spooled"))
        await controller.until(
            lambda: any(one.spooled.HasField("snapshot") for one in controller.heard("spooled")[heard:]), 20
        )
        await second.end()
