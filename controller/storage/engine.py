"""The engines. SQLite: one connection writes and checkpoints, readers never do (trust.md R11)."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from controller.core.actor import SYSTEM, Actor
from controller.core.chance import Chance, SystemChance
from controller.core.clock import Clock, SystemClock
from controller.core.errors import Unavailable
from controller.core.events import Event
from controller.storage.unit import Dispatcher, Unit


async def _nobody_listens(_unit: Unit, _happened: Event) -> None:
    return None


class Storage:
    """The database of one controller process.

    `url`: `sqlite+aiosqlite:///path` or `postgresql+psycopg://...`; commits are durable on both
    (`synchronous=FULL`, `synchronous_commit=on`). `dispatcher` is set by `app.py` before the first unit, and
    `console_url` once it is known: notices link to it.
    """

    def __init__(self, url: str, clock: Clock | None = None, chance: Chance | None = None) -> None:
        self.url = make_url(url)
        self.clock: Clock = clock or SystemClock()
        self.chance: Chance = chance or SystemChance()
        self.dispatcher: Dispatcher = _nobody_listens
        self.console_url = ""
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.writer = self._sqlite(readers=False)
            self.readers = self._sqlite(readers=True)
        else:
            self.writer = create_async_engine(
                self.url, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True,
                # Instants come as they are kept: nothing is left to convert.
                connect_args={"options": f"{self.url.query.get('options', '')} -c timezone=UTC".strip()},
            )  # fmt: skip
            self.readers = self.writer
        # SQLite has one writer; waiting here is fair, waiting on its lock is not.
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def unit(self, actor: Actor = SYSTEM) -> AsyncIterator[Unit]:
        """One transaction for `actor`. Raises `Unavailable` when the database cannot take it now."""
        if not self.is_sqlite:
            async with self._unit(actor) as unit:
                yield unit
            return
        async with self._turn, self._unit(actor) as unit:
            yield unit

    @asynccontextmanager
    async def _unit(self, actor: Actor) -> AsyncIterator[Unit]:
        try:
            async with self.writer.begin() as connection:
                unit = Unit(connection, self.clock.now(), self.chance, actor, console_url=self.console_url)
                yield unit
                while unit.announced:
                    await self.dispatcher(unit, unit.announced.popleft())
        except OperationalError as error:
            raise Unavailable(f"the database cannot write now: {error.orig}") from error
        except DBAPIError as error:
            if error.connection_invalidated:
                raise Unavailable("the database went away") from error
            raise
        for call in unit.afterwards:
            call()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that only reads, with one consistent view; never waits for a writer on SQLite."""
        async with self.readers.connect() as connection:
            try:
                yield connection
            finally:
                await connection.rollback()

    @asynccontextmanager
    async def glancing(self) -> AsyncIterator[AsyncConnection]:
        """For one statement that reads and is asked often: without a transaction around it, where beginning
        and ending one are journeys of their own."""
        if self.is_sqlite:
            async with self.reading() as connection:
                yield connection
            return
        async with self.readers.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        """Readers first, so that the writer is the connection that checkpoints."""
        if self.readers is not self.writer:
            await self.readers.dispose()
        await self.writer.dispose()

    def _sqlite(self, *, readers: bool) -> AsyncEngine:
        engine = create_async_engine(
            self.url,
            poolclass=AsyncAdaptedQueuePool,
            pool_size=4 if readers else 1,
            max_overflow=0,
            connect_args={"timeout": 30},
            # Rows may hold what people wrote: an error in the log shows none of it.
            hide_parameters=True,
        )

        def prepare(connection: Any, _record: object) -> None:
            # The driver must not open transactions by itself: `begin` below says which kind.
            connection.isolation_level = None
            cursor = connection.cursor()
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=FULL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA busy_timeout=30000")
            if readers:
                cursor.execute("PRAGMA wal_autocheckpoint=0")
                cursor.execute("PRAGMA query_only=ON")
            cursor.close()

        def begin(connection: Any) -> None:
            connection.exec_driver_sql("BEGIN" if readers else "BEGIN IMMEDIATE")

        event.listen(engine.sync_engine, "connect", prepare)
        event.listen(engine.sync_engine, "begin", begin)
        return engine


def sqlite_may_corrupt(version: tuple[int, int, int] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite has the WAL fault of 3.7.0-3.51.2 (R11; fixed in 3.51.3, 3.50.7, 3.44.6)."""
    if version < (3, 7, 0) or version >= (3, 51, 3):
        return False
    if version[:2] == (3, 50):
        return version[2] < 7
    if version[:2] == (3, 44):
        return version[2] < 6
    return True
