"""Engines die or stand still at any moment: no deadline is missed, kept twice or early, and late is said."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Row, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.escalation.steps import IN_TIME
from controller.incidents.entries.store import entries_table
from controller.notify.store import outbox
from controller.storage import Storage
from controller.timers.store import timers
from tests.support.engine_processes import Engines, engines
from tests.support.open_incidents import Block, Happening, incident_id, people_and_machines, write
from tests.support.stores import fresh_url

HOUR = timedelta(hours=1)
ANSWERED = timedelta(minutes=10)
WARNED = ANSWERED + 2 * HOUR
CLIMBED = ANSWERED + 8 * HOUR
NEWS = tuple(Happening("updated_customer", timedelta(hours=hours)) for hours in (3.9, 7.8))
LATE = 1_000
WRITTEN = ("warned", "escalated")


@dataclass
class Seen:
    """What the engines did, counted from the rows."""

    acted: int
    late: int
    slowest: timedelta

    def __str__(self) -> str:
        return (
            f"{self.acted} deadlines acted on, missing 0, twice 0, early 0; {self.late} late and marked, the "
            f"slowest other one {self.slowest.total_seconds():.1f} s after its due"
        )


def now() -> datetime:
    """These processes live by the system's clock."""
    return datetime.now(UTC)


async def fill(storage: Storage, count: int, span: timedelta) -> tuple[Block, Block]:
    """Climbs that were due five minutes ago, and warnings that come due over `span` from now on."""
    await people_and_machines(storage)
    begins = now() + timedelta(seconds=3)
    late = Block(
        LATE, begins - timedelta(minutes=5) - CLIMBED, CLIMBED, (Happening("responded", ANSWERED), *NEWS)
    )
    coming = Block(
        count - LATE, begins - WARNED, WARNED, (Happening("responded", ANSWERED),), step=span / (count - LATE)
    )
    await write(storage, late, coming)
    return late, coming


async def until_done(storage: Storage, patience_s: float) -> None:
    ended = time.monotonic() + patience_s
    while True:
        async with storage.reading() as connection:
            left = await connection.scalar(
                select(func.count()).select_from(timers).where(timers.c.due <= now())
            )
        if not left:
            return
        assert time.monotonic() < ended, f"{left} timers were not acted on"
        await asyncio.sleep(0.5)


async def seen(storage: Storage, late: Block, coming: Block) -> Seen:
    """Asserts that each incident's one deadline was acted on once, not early, and marked when late."""
    due = {incident_id(1 + place): late.due(place) for place in range(late.count)}
    due |= {incident_id(1 + late.count + place): coming.due(place) for place in range(coming.count)}
    async with storage.reading() as connection:
        rows = await _written(connection)
        said = (await connection.execute(select(outbox.c.key, outbox.c.subject_id))).all()
        again = await connection.scalar(select(func.count()).select_from(timers))
    assert set(due) <= {row.incident_id for row in rows}, "none missing"
    twice = [
        key for key, count in Counter((r.incident_id, r.facts["key"]) for r in rows).items() if count > 1
    ]
    assert not twice, "none twice"
    marked, slowest = 0, timedelta(0)
    for row in rows:
        if row.kind == "warned" and "escalate" in row.facts["clock"]:
            continue  # the next level's first warning falls on the climb
        after = row.recorded_at - due[row.incident_id]
        assert after >= timedelta(0), "none early"
        assert ("controller_late" in row.facts) is (after > IN_TIME), "late ones are marked"
        marked += after > IN_TIME
        slowest = slowest if after > IN_TIME else max(slowest, after)
    assert len({key for key, _ in said}) == len(said)
    assert {subject for _, subject in said} >= set(due), "everybody is told"
    assert again >= len(due), "each has its next timer"
    return Seen(len(due), marked, slowest)


async def _written(connection: AsyncConnection) -> list[Row[tuple[object, ...]]]:
    columns = (entries_table.c.incident_id, entries_table.c.kind, entries_table.c.recorded_at)
    query = select(*columns, entries_table.c.facts).where(entries_table.c.kind.in_(WRITTEN))
    return list((await connection.execute(query)).all())


async def run(
    folder: Path, count: int, span: timedelta, harm: Callable[[Engines, random.Random], Awaitable[str]]
) -> None:
    """Fills a database, lets `harm` do what it does to engines, and looks at the rows in the end."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    async with fresh_url("postgresql", folder, empty=False) as url:
        storage = Storage(url)
        with engines(url, folder / "engines.log") as made:
            blocks = await fill(storage, count, span)
            harmed = await harm(made, random.Random(seed))
            made.start()
            await until_done(storage, patience_s=90)
            print(f"{harmed}: {await seen(storage, *blocks)}")
        await storage.close()


@pytest.mark.faults
@pytest.mark.needs_postgres
async def test_a_hundred_kills_while_ten_thousand_timers_come_due(tmp_path: Path) -> None:
    """`kill -9` at random moments, begun anew at once each time."""

    async def harm(made: Engines, draw: random.Random) -> str:
        for _ in range(100):
            pid = await asyncio.to_thread(made.start)
            await asyncio.sleep(draw.uniform(0.1, 1.3))
            made.kill(pid)
        return "100 kills"

    await run(tmp_path, 10_000, timedelta(seconds=65), harm)


@pytest.mark.faults
@pytest.mark.needs_postgres
async def test_one_of_two_engines_stands_still_again_and_again(tmp_path: Path) -> None:
    """SIGSTOP for shorter and for longer than a claim lasts, then SIGCONT: what it had begun either was taken
    over, and its write fails, or is finished by it, and nobody else did it."""

    async def harm(made: Engines, draw: random.Random) -> str:
        both = [await asyncio.to_thread(made.start) for _ in range(2)]
        stops = (0.3, 2.0, 24.0, 1.0, 0.5, 26.0, 3.0)
        for length in stops:
            await asyncio.sleep(draw.uniform(0.2, 2.0))
            victim = draw.choice(both)
            os.kill(victim, signal.SIGSTOP)
            await asyncio.sleep(length)
            os.kill(victim, signal.SIGCONT)
        return f"{len(stops)} times stopped, for up to {max(stops):.0f} s"

    await run(tmp_path, 10_000, timedelta(seconds=65), harm)


@pytest.mark.faults
@pytest.mark.needs_postgres
async def test_the_table_of_timers_is_emptied_by_hand(tmp_path: Path) -> None:
    """Rebuilt within a minute by whoever runs, said in the log, and an incident of our own."""
    async with fresh_url("postgresql", tmp_path, empty=False) as url:
        storage = Storage(url)
        with engines(url, tmp_path / "engines.log") as made:
            await people_and_machines(storage)
            await write(storage, Block(10_000, now(), WARNED, (Happening("responded", ANSWERED),)))
            made.start()
            await asyncio.sleep(5)
            async with storage.unit() as unit:
                await unit.connection.execute(text("DELETE FROM timers"))
            began = time.monotonic()
            rebuilt = 0
            while rebuilt < 10_000:
                assert time.monotonic() - began < 60, f"{rebuilt} of 10,000 after a minute"
                await asyncio.sleep(0.5)
                async with storage.reading() as connection:
                    rebuilt = await connection.scalar(select(func.count()).select_from(timers)) or 0
            print(f"10,000 timers rebuilt {time.monotonic() - began:.1f} s after they were gone")
            async with storage.reading() as connection:
                rules = await connection.scalars(text("SELECT rule FROM incidents WHERE rule LIKE 'vigia.%'"))
                assert "vigia.timers_missing" in set(rules)
        await storage.close()
    assert "auditor rebuilt missing timers" in (tmp_path / "engines.log").read_text()
