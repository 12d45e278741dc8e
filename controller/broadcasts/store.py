"""Rows of broadcasts and their drafts."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.broadcasts.broadcast import Broadcast, Draft
from controller.storage import UtcDateTime, metadata

broadcasts_table = Table(
    "broadcasts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("problem_id", ForeignKey("problems.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("drafted_by", Text, nullable=False),
    Column("drafted_at", UtcDateTime, nullable=False),
    Column("released_by", Text, nullable=False),
    Column("released_at", UtcDateTime),
    UniqueConstraint("problem_id", "round"),
)

drafts_table = Table(
    "broadcast_drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("broadcast_id", ForeignKey("broadcasts.id"), nullable=False),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("language", String(2), nullable=False),
    Column("solution_id", Uuid, nullable=False),
    Column("body", Text, nullable=False),
    Column("edited", Boolean, nullable=False),
    Column("writer_ids", JSON, nullable=False),
    Column("writer_name", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("approver_id", Uuid),
    Column("approver_name", Text, nullable=False),
    Column("approved_at", UtcDateTime),
    Column("told_at", UtcDateTime),
    Column("told_about", JSON, nullable=False),
    # Nobody is told twice.
    UniqueConstraint("broadcast_id", "customer_id"),
)


def _draft(row: Row[Any]) -> Draft:
    found: dict[str, Any] = dict(row._mapping)
    found["writer_ids"] = tuple(found["writer_ids"])
    found["told_about"] = tuple(found["told_about"])
    return Draft(**found)


def _values(draft: Draft) -> dict[str, Any]:
    return {
        "id": draft.id,
        "broadcast_id": draft.broadcast_id,
        "customer_id": draft.customer_id,
        "language": draft.language,
        "solution_id": draft.solution_id,
        "body": draft.body,
        "edited": draft.edited,
        "writer_ids": list(draft.writer_ids),
        "writer_name": draft.writer_name,
        "written_at": draft.written_at,
        "approver_id": draft.approver_id,
        "approver_name": draft.approver_name,
        "approved_at": draft.approved_at,
        "told_at": draft.told_at,
        "told_about": list(draft.told_about),
    }


async def latest(
    connection: AsyncConnection, problem_id: UUID, *, released: bool = False
) -> Broadcast | None:
    """A problem's newest broadcast, or the newest that was sent."""
    query = select(broadcasts_table).where(broadcasts_table.c.problem_id == problem_id)
    if released:
        query = query.where(broadcasts_table.c.released_at.is_not(None))
    row = (await connection.execute(query.order_by(broadcasts_table.c.round.desc()).limit(1))).first()
    return Broadcast(**row._mapping) if row else None


async def broadcast(connection: AsyncConnection, broadcast_id: UUID) -> Broadcast | None:
    query = select(broadcasts_table).where(broadcasts_table.c.id == broadcast_id)
    row = (await connection.execute(query)).first()
    return Broadcast(**row._mapping) if row else None


async def add(connection: AsyncConnection, made: Broadcast) -> None:
    await connection.execute(
        insert(broadcasts_table).values(
            id=made.id,
            problem_id=made.problem_id,
            round=made.round,
            drafted_by=made.drafted_by,
            drafted_at=made.drafted_at,
            released_by=made.released_by,
            released_at=made.released_at,
        )
    )


async def release(connection: AsyncConnection, released: Broadcast, name: str, at: datetime) -> Broadcast:
    await connection.execute(
        update(broadcasts_table)
        .where(broadcasts_table.c.id == released.id)
        .values(released_by=name, released_at=at)
    )
    return replace(released, released_by=name, released_at=at)


async def drafts(connection: AsyncConnection, broadcast_id: UUID) -> dict[UUID, Draft]:
    """Customer -> what they will read, or have read."""
    rows = await connection.execute(select(drafts_table).where(drafts_table.c.broadcast_id == broadcast_id))
    return {row.customer_id: _draft(row) for row in rows}


async def draft(connection: AsyncConnection, draft_id: UUID) -> Draft | None:
    row = (await connection.execute(select(drafts_table).where(drafts_table.c.id == draft_id))).first()
    return _draft(row) if row else None


async def add_draft(connection: AsyncConnection, made: Draft) -> None:
    await connection.execute(insert(drafts_table).values(**_values(made)))


async def save_draft(connection: AsyncConnection, changed: Draft) -> None:
    await connection.execute(
        update(drafts_table).where(drafts_table.c.id == changed.id).values(**_values(changed))
    )


async def waiting(connection: AsyncConnection) -> tuple[Draft, ...]:
    """Approved drafts of broadcasts that were sent, whose customer has not been told."""
    rows = await connection.execute(
        select(drafts_table)
        .join(broadcasts_table, broadcasts_table.c.id == drafts_table.c.broadcast_id)
        .where(
            broadcasts_table.c.released_at.is_not(None),
            drafts_table.c.approved_at.is_not(None),
            drafts_table.c.told_at.is_(None),
        )
    )
    return tuple(_draft(row) for row in rows)
