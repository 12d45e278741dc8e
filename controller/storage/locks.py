"""Taking turns inside a transaction, by name: for what must be counted or chosen before it is written."""

from hashlib import sha256

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def take_turn(connection: AsyncConnection, *names: str) -> None:
    """Whoever takes a turn of the same name waits until this transaction ends.

    Several names are taken in one order, so that two callers never wait for each other. SQLite has one writer
    anyway.
    """
    if connection.dialect.name != "postgresql":
        return
    keys = sorted({int.from_bytes(sha256(name.encode()).digest()[:8], "big", signed=True) for name in names})
    for key in keys:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
