"""Write-behind: what many streams want written, in few transactions (wire.md "Stores").

A batch of one costs 20-70 times what it costs in a batch of hundreds. There are two batchers, so that
findings never wait for metrics.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from controller.core.actor import Actor
from controller.core.errors import Unavailable
from controller.storage import Storage, Unit

_log = logging.getLogger(__name__)

Job = TypeVar("Job")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Waiting(Generic[Job, Result]):
    job: Job
    rows: int
    done: Callable[[Result | Exception], None]


class Batcher(Generic[Job, Result]):
    """`perform(unit, jobs)` answers each job, in order, inside one unit.

    `window_s`: how long a first job waits for company; 0 takes who came during the last commit. When a
    batch fails for another reason than the database's absence, each of its jobs is tried alone, so that one
    bad job never breaks the others. `done` is called after the commit, or with the exception.
    """

    def __init__(
        self,
        storage: Storage,
        actor: Actor,
        perform: Callable[[Unit, Sequence[Job]], Awaitable[Sequence[Result]]],
        *,
        window_s: float = 0.0,
        rows: int = 500,
        queue: int = 5_000,
    ) -> None:
        self._storage = storage
        self._actor = actor
        self._perform = perform
        self._window_s = window_s
        self._rows = rows
        self._queue: asyncio.Queue[_Waiting[Job, Result]] = asyncio.Queue(queue)
        self._quiet = False

    async def put(self, job: Job, done: Callable[[Result | Exception], None], rows: int = 1) -> None:
        """Waits while the queue is full."""
        await self._queue.put(_Waiting(job, rows, done))

    async def ask(self, job: Job) -> Result:
        """`put`, and wait for the answer. Raises what the job raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        def done(answer: Result | Exception) -> None:
            if future.done():
                return
            if isinstance(answer, Exception):
                future.set_exception(answer)
            else:
                future.set_result(answer)

        await self.put(job, done)
        return await future

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            batch = [await self._queue.get()]
            if self._window_s:
                await self._storage.clock.sleep(self._window_s)
            rows = batch[0].rows
            while rows < self._rows and not self._queue.empty():
                batch.append(self._queue.get_nowait())
                rows += batch[-1].rows
            await self._commit(batch)
            for _ in batch:
                self._queue.task_done()

    async def drain(self) -> None:
        """Until all that was put has been answered."""
        await self._queue.join()

    async def _commit(self, batch: list[_Waiting[Job, Result]]) -> None:
        try:
            async with self._storage.unit(self._actor) as unit:
                results = await self._perform(unit, [waiting.job for waiting in batch])
        except Unavailable as error:
            self._say_away(error)
            for waiting in batch:
                waiting.done(error)
            return
        except Exception as error:
            if len(batch) > 1:
                for waiting in batch:
                    await self._commit([waiting])
                return
            _log.exception("a report could not be written")
            batch[0].done(error)
            return
        if self._quiet:
            _log.warning("the database writes again")
            self._quiet = False
        for waiting, result in zip(batch, results, strict=True):
            waiting.done(result)

    def _say_away(self, error: Unavailable) -> None:
        """One line for the whole absence."""
        if not self._quiet:
            _log.error("reports are not taken: %s", error)
            self._quiet = True
