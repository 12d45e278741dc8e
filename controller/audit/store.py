"""The table of acts and its queries."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.audit.chain import link
from controller.storage import UtcDateTime, metadata

# Any number will do, as long as nobody else takes it: "one at a time may append to the audit".
_APPENDING = 0x7669_6769_61

audit_table = Table(
    "audit",
    metadata,
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("actor_id", Uuid),
    Column("act", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Act:
    """`sequence` counts from 1. `hash` is over all the other fields, `previous_hash` among them."""

    sequence: int
    at: datetime
    actor_kind: str
    actor_name: str
    actor_id: UUID | None
    act: str
    subject: str
    facts: Mapping[str, str]
    previous_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken_at` is the sequence of the first act that is missing or was changed, None when all is well.

    A chain cut at its end looks whole: compare `acts` and `last_hash` with a copy kept elsewhere.
    """

    acts: int
    last_hash: str
    broken_at: int | None


async def last_of_chain(connection: AsyncConnection) -> tuple[int, str]:
    """Sequence and hash of the last act, (0, "") at the start. Nobody else appends until the unit ends."""
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(_APPENDING)))
    query = select(audit_table.c.sequence, audit_table.c.hash)
    row = (await connection.execute(query.order_by(audit_table.c.sequence.desc()).limit(1))).first()
    return (row.sequence, row.hash) if row else (0, "")


async def append(connection: AsyncConnection, act: Act) -> None:
    await connection.execute(
        insert(audit_table).values(
            sequence=act.sequence,
            at=act.at,
            actor_kind=act.actor_kind,
            actor_name=act.actor_name,
            actor_id=act.actor_id,
            act=act.act,
            subject=act.subject,
            facts=dict(act.facts),
            previous_hash=act.previous_hash,
            hash=act.hash,
        )
    )


async def acts(connection: AsyncConnection, after: int = 0, limit: int = 1_000) -> tuple[Act, ...]:
    """Acts with a greater sequence than `after`, in order."""
    query = (
        select(audit_table)
        .where(audit_table.c.sequence > after)
        .order_by(audit_table.c.sequence)
        .limit(limit)
    )
    return tuple(Act(**row._mapping) for row in await connection.execute(query))


async def all_acts(connection: AsyncConnection) -> AsyncIterator[Act]:
    """The whole chain, a thousand at a time."""
    after = 0
    while found := await acts(connection, after):
        for act in found:
            yield act
        after = found[-1].sequence


async def verify(connection: AsyncConnection) -> Verdict:
    """Walk the whole chain."""
    previous, count = "", 0
    async for act in all_acts(connection):
        count += 1
        actor = (act.actor_kind, act.actor_name, act.actor_id)
        digest = link(act.sequence, act.at, actor, act.act, act.subject, act.facts, previous)
        if act.sequence != count or act.previous_hash != previous or act.hash != digest:
            return Verdict(count, previous, count)
        previous = act.hash
    return Verdict(count, previous, None)
