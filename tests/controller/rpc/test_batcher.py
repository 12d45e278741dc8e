"""Write-behind: few transactions, and one bad job breaks only itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from controller.core.actor import SYSTEM
from controller.core.errors import Unavailable
from controller.rpc.batcher import Batcher
from controller.storage import Storage, Unit


@asynccontextmanager
async def running(batcher: Batcher[int, int]) -> AsyncIterator[None]:
    task = asyncio.create_task(batcher.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_many_jobs_share_a_transaction(real_storage: Storage) -> None:
    """A hundred jobs put at once are performed in a few batches, each answered with its own result."""
    sizes: list[int] = []

    async def perform(unit: Unit, jobs: Sequence[int]) -> Sequence[int]:
        sizes.append(len(jobs))
        return [job * 2 for job in jobs]

    batcher: Batcher[int, int] = Batcher(real_storage, SYSTEM, perform)
    async with running(batcher):
        answers = await asyncio.gather(*(batcher.ask(n) for n in range(100)))
    assert answers == [n * 2 for n in range(100)]
    assert len(sizes) <= 3


async def test_one_bad_job_does_not_break_its_neighbours(real_storage: Storage) -> None:
    """The batch is taken back, and each of its jobs tried alone."""

    async def perform(unit: Unit, jobs: Sequence[int]) -> Sequence[int]:
        if 13 in jobs:
            raise ValueError("hostile")
        return jobs

    batcher: Batcher[int, int] = Batcher(real_storage, SYSTEM, perform)
    async with running(batcher):
        answers = await asyncio.gather(*(batcher.ask(n) for n in range(20)), return_exceptions=True)
    assert [n for n in range(20) if isinstance(answers[n], ValueError)] == [13]
    assert [a for a in answers if isinstance(a, int)] == [n for n in range(20) if n != 13]


async def test_when_the_database_is_away_everybody_is_told_at_once(real_storage: Storage) -> None:
    """No job is tried alone, which would only take longer; afterwards it works again."""
    away = True
    tries = 0

    async def perform(unit: Unit, jobs: Sequence[int]) -> Sequence[int]:
        nonlocal tries
        tries += 1
        if away:
            raise Unavailable("the database is away")
        return jobs

    batcher: Batcher[int, int] = Batcher(real_storage, SYSTEM, perform)
    async with running(batcher):
        answers = await asyncio.gather(*(batcher.ask(n) for n in range(20)), return_exceptions=True)
        assert all(isinstance(answer, Unavailable) for answer in answers)
        assert tries <= 3
        away = False
        assert await batcher.ask(1) == 1


async def test_a_full_queue_lets_the_sender_wait(real_storage: Storage) -> None:
    """Back-pressure, not memory: with nobody at work the third job does not get in."""

    async def perform(unit: Unit, jobs: Sequence[int]) -> Sequence[int]:
        return jobs

    batcher: Batcher[int, int] = Batcher(real_storage, SYSTEM, perform, queue=2)
    await batcher.put(1, lambda _: None)
    await batcher.put(2, lambda _: None)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(batcher.put(3, lambda _: None), 0.05)
    async with running(batcher):
        await batcher.put(3, lambda _: None)
        await batcher.drain()
