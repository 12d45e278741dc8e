"""The controller dies at any moment while agents report: acknowledged incidents lost 0, doubled 0."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
from contextlib import closing, suppress
from pathlib import Path
from uuid import UUID

import pytest

from tests.support.loop_disk import mounted, new_disk
from tests.support.street import PROGRAMS, Street, eventually, free_port, street
from tests.support.swarm import Swarm, doubled, kept_incidents


def check(swarm: Swarm, database: Path, acknowledged: set[str]) -> None:
    """Everything acknowledged is there, once."""
    kept = {str(UUID(finding_id)) for finding_id, _ in kept_incidents(database)}
    lost = {str(UUID(one)) for one in acknowledged} - kept
    assert not lost, f"{len(lost)} acknowledged incidents lost"
    assert not doubled(database)


async def storm(walk: Street, agents: int, kills: int, seed: int) -> None:
    print(f"seed {seed}")
    draw = random.Random(seed)
    await asyncio.to_thread(walk.serve)
    swarm = Swarm(walk, agents, seed)
    await swarm.enrol()
    swarm.start()
    for _ in range(kills):
        await asyncio.sleep(draw.uniform(0.1, 1.2))
        await asyncio.to_thread(walk.end, "controller", signal.SIGKILL)
        await asyncio.to_thread(walk.serve)
    await asyncio.sleep(1)
    await swarm.stop()
    await asyncio.to_thread(walk.end, "controller")
    acknowledged = swarm.acknowledged()
    assert len(acknowledged) == len(swarm.raised) > agents
    check(swarm, walk.data / "vigia.db", acknowledged)
    print(f"{kills} kills, {len(acknowledged)} faults acknowledged, lost 0, doubled 0")


@pytest.mark.slow
async def test_three_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """The short form of the fault run below, at every `make test`."""
    with street(tmp_path) as walk:
        await storm(walk, agents=5, kills=3, seed=random.SystemRandom().randrange(2**32))


@pytest.mark.faults
async def test_fifty_kills_while_twenty_agents_report(tmp_path: Path) -> None:
    with street(tmp_path) as walk:
        await storm(walk, agents=20, kills=50, seed=random.SystemRandom().randrange(2**32))


@pytest.mark.faults
@pytest.mark.needs_root_loop
async def test_twenty_crash_images_of_the_data_folder(tmp_path: Path) -> None:
    """The file system under the running controller is copied as power would leave it, and started again.

    The controller stands still during each copy (SIGSTOP): a copy that takes its time would mix two moments,
    which no power cut does. What was not synced by then is in no image.
    """
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    image = await asyncio.to_thread(new_disk, tmp_path / "disk.img", 256)
    with mounted(image, tmp_path / "disk") as disk, street(tmp_path, data=disk / "controller") as walk:
        await asyncio.to_thread(walk.serve)
        swarm = Swarm(walk, 20, seed)
        await swarm.enrol()
        swarm.start()
        found = 0
        for number in range(20):
            await asyncio.sleep(draw.uniform(0.2, 1.5))
            acknowledged = await asyncio.to_thread(_copy_still, walk, swarm, image, tmp_path / "copy.img")
            found += await asyncio.to_thread(_start_from, tmp_path, number, swarm, acknowledged)
        await swarm.stop()
        await asyncio.to_thread(walk.end, "controller")
        check(swarm, walk.data / "vigia.db", swarm.acknowledged())
    print(f"20 images, {found} acknowledged incidents looked for, lost 0, doubled 0")


def _copy_still(walk: Street, swarm: Swarm, image: Path, copy: Path) -> set[str]:
    pid = walk.running["controller"].pid
    os.kill(pid, signal.SIGSTOP)
    try:
        acknowledged = swarm.acknowledged()
        shutil.copyfile(image, copy)
    finally:
        os.kill(pid, signal.SIGCONT)
    return acknowledged


def _start_from(folder: Path, number: int, swarm: Swarm, acknowledged: set[str]) -> int:
    """A controller starts from the image, stops, and holds what it had acknowledged."""
    with mounted(folder / "copy.img", folder / f"copy-{number}") as copy:
        data = copy / "controller"
        ports = {f"VIGIA_{name}_PORT": str(free_port()) for name in ("AGENTS", "ENROLMENT", "CONSOLE")}
        with (folder / f"copy-{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [PROGRAMS / "vigia", "serve", "--data", data],
                stdout=log,
                stderr=log,
                env={**os.environ, **ports},
            )
        with closing(_Ended(process)):
            log_file = folder / f"copy-{number}.log"
            eventually("it starts", lambda: "controller started" in log_file.read_text(), patience_s=60)
        check(swarm, data / "vigia.db", acknowledged)
    return len(acknowledged)


class _Ended:
    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process

    def close(self) -> None:
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()
        self.process.wait()
