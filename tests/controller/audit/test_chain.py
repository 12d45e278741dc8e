"""The audit: whoever rewrites a line is found out."""

import asyncio

import pytest
from sqlalchemy import delete, update

from controller.audit import actions as audit
from controller.audit.store import audit_table
from controller.core.actor import Actor, ActorKind
from controller.storage import Storage

ANA = Actor(ActorKind.PERSON, "ana\x00")


async def write(storage: Storage, count: int) -> None:
    for n in range(count):
        async with storage.unit(ANA) as unit:
            await audit.record(unit, "machine.ban", f"caja-{n}", {"reason": "ñ\x00"})


async def test_an_untouched_chain_is_whole(storage: Storage) -> None:
    await write(storage, 3)
    async with storage.reading() as connection:
        verdict = await audit.verify(connection)
    assert (verdict.acts, verdict.broken_at) == (3, None)


@pytest.mark.parametrize("column", ["subject", "act", "actor_name", "hash", "previous_hash"])
async def test_a_changed_line_is_found(storage: Storage, column: str) -> None:
    await write(storage, 3)
    async with storage.unit() as unit:
        await unit.connection.execute(
            update(audit_table).where(audit_table.c.sequence == 2).values(**{column: "other"})
        )
    async with storage.reading() as connection:
        assert (await audit.verify(connection)).broken_at == 2


async def test_a_missing_line_is_found(storage: Storage) -> None:
    await write(storage, 3)
    async with storage.unit() as unit:
        await unit.connection.execute(delete(audit_table).where(audit_table.c.sequence == 2))
    async with storage.reading() as connection:
        assert (await audit.verify(connection)).broken_at == 2


async def test_many_at_once_make_one_chain(storage: Storage) -> None:
    """On PostgreSQL units run side by side; they take turns at the audit."""
    await asyncio.gather(*(write(storage, 3) for _ in range(6)))
    async with storage.reading() as connection:
        verdict = await audit.verify(connection)
    assert (verdict.acts, verdict.broken_at) == (18, None)
