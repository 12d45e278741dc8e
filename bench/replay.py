"""How long `vigia replay` takes over a long history, beside a loop that evaluates it twice in memory.

`python bench/replay.py [--incidents 100000] [--store sqlite]`

The controller's door tells the history from a process of its own; the command reads and replays it in this
one, over the same socket as anywhere. Every incident has eight events: an answer, news, a change of severity,
two escalations by the engine, its end. The reference reads nothing: it evaluates the same events under both
plans in one process.
"""

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import psutil
from sqlalchemy import text

from controller.blobs.folder import BlobFolder
from controller.cli.client import Client
from controller.cli.options import Wishes
from controller.cli.reports import PATIENCE_S, _pages
from controller.core.changes import Changes
from controller.core.disk import OsDisk
from controller.reports import history
from controller.reports.history import Span
from controller.reports.replay import Replay
from controller.sla.clock import evaluate
from controller.sla.plan import default_plan
from controller.sla.plan_writing import write_plan
from controller.storage import Storage
from controller.web.api.door import build_api
from controller.web.context import Context
from controller.web.socket import ControlDoor
from tests.support.clocks import NOON, JumpingClock
from tests.support.open_incidents import Block, Happening, people_and_machines, write
from tests.support.stores import BACKENDS, fresh_url

GOAL_S = 60.0
GOAL_INCIDENTS = 100_000
DAY = timedelta(days=1)
STORY = tuple(
    Happening(kind, timedelta(hours=hours))
    for kind, hours in (
        ("responded", 1.0), ("updated_customer", 4.2), ("updated_customer", 9.5), ("escalated", 10.0),
        ("updated_customer", 13.0), ("updated_customer", 16.5), ("resolved", 20.0), ("closed", 30.0),
    )
)  # fmt: skip


async def fill(url: str, count: int) -> None:
    """Over a month before NOON."""
    storage = Storage(url, JumpingClock(NOON))
    await people_and_machines(storage)
    await write(storage, Block(count, NOON - 30 * DAY, None, STORY, step=28 * DAY / count))
    async with storage.unit() as unit:
        for statement in (
            "UPDATE incident_entries SET level = 2, actor_kind = 'engine' WHERE kind = 'escalated'",
            "UPDATE incidents SET state = 'closed', level = 2",
        ):
            await unit.connection.execute(text(statement))
    await storage.close()


def serve(url: str, folder: str, ready: Any) -> None:
    """The door alone: no agents, no pages, no clock that runs."""

    async def door() -> None:
        storage = Storage(url, JumpingClock(NOON))
        blobs = BlobFolder(Path(folder) / "blobs", OsDisk())
        context = Context(storage, storage.clock, storage.chance, blobs, Changes())
        await ControlDoor(build_api(context), Path(folder) / "control.sock").start()
        ready.set()
        await asyncio.Event().wait()

    asyncio.run(door())


@contextmanager
def served(url: str, folder: str) -> Iterator[psutil.Process]:
    spawning = multiprocessing.get_context("spawn")
    ready = spawning.Event()
    process = spawning.Process(target=serve, args=(url, folder, ready), daemon=True)
    process.start()
    assert ready.wait(60), "the door does not open"
    try:
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.join()


def replayed(folder: str, plan: str) -> tuple[float, float, Replay]:
    """Wall and CPU seconds of the command."""
    wishes = Wishes(given_data=Path(folder))
    Client(wishes, PATIENCE_S).get("reports", "outlines", limit=1)
    replay = Replay.of(plan, ())
    cpu, wall = time.process_time(), time.perf_counter()
    for page in _pages(
        wishes, "outlines", (NOON - 31 * DAY).date().isoformat(), NOON.date().isoformat(), None
    ):
        replay.add(page)
    return time.perf_counter() - wall, time.process_time() - cpu, replay


async def reference(url: str, count: int) -> float:
    """CPU seconds to evaluate a sample twice in memory, for `count`."""
    storage = Storage(url, JumpingClock(NOON))
    span = Span((NOON - 31 * DAY).date(), NOON.date())
    async with storage.reading() as connection:
        sample, _, _ = await history.outlines(connection, span, NOON, limit=1_000)
    await storage.close()
    plan = default_plan()
    began = time.process_time()
    for one in sample:
        evaluate(plan, {}, one.events, NOON)
        evaluate(plan, {}, one.events, NOON)
    return (time.process_time() - began) / len(sample) * count


def main(store: str, count: int) -> None:
    plan = write_plan(default_plan()).replace('"2h"', '"3h"')
    with tempfile.TemporaryDirectory() as folder:

        async def whole() -> None:
            async with fresh_url(store, Path(folder), empty=False) as url:
                await fill(url, count)
                with served(url, folder) as door:
                    before = sum(door.cpu_times()[:2])
                    wall, cpu, replay = await asyncio.to_thread(replayed, folder, plan)
                    told = sum(door.cpu_times()[:2]) - before
                bare = await reference(url, count)
            total = replay.result()["total"]
            assert total["incidents"] == count, total
            goal = f", goal {GOAL_S:.0f} s on two cores" if count == GOAL_INCIDENTS else ""
            print(f"{store}: {count:,} incidents replayed in {wall:.1f} s{goal}")
            print(f"  side by side {told:.1f} s of CPU to tell the history and {cpu:.1f} s to replay it")
            print(f"  breaches {total['before']} -> {total['after']}; the same evaluated twice in memory, in "
                  f"one process: {bare:.1f} s of CPU, ratio {bare / (told + cpu):.2f}")  # fmt: skip

        asyncio.run(whole())


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--incidents", type=int, default=GOAL_INCIDENTS)
    parser.add_argument("--store", nargs="+", choices=BACKENDS, default=["sqlite"])
    given = parser.parse_args()
    for chosen in given.store:
        main(chosen, given.incidents)
