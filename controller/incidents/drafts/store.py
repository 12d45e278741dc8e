"""The table of drafts: one row for each (incident, user)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, ForeignKey, Row, String, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.incidents.drafts.draft import Draft
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

drafts_table = Table(
    "incident_drafts",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("act", String(32), nullable=False),
    Column("typed", JSON, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)


def _draft(row: Row[Any]) -> Draft:
    return Draft(**row._mapping)


async def draft_of(connection: AsyncConnection, incident_id: UUID, user_id: UUID) -> Draft | None:
    query = select(drafts_table).where(
        drafts_table.c.incident_id == incident_id, drafts_table.c.user_id == user_id
    )
    row = (await connection.execute(query)).first()
    return _draft(row) if row else None


async def drafts_since(connection: AsyncConnection, incident_id: UUID, since: datetime) -> tuple[Draft, ...]:
    """Of everybody, saved at `since` or later, the newest first."""
    rows = await connection.execute(
        select(drafts_table)
        .where(drafts_table.c.incident_id == incident_id, drafts_table.c.saved_at >= since)
        .order_by(drafts_table.c.saved_at.desc())
    )
    return tuple(_draft(row) for row in rows)


async def save(connection: AsyncConnection, draft: Draft) -> None:
    fresh = {"act": draft.act, "typed": dict(draft.typed), "saved_at": draft.saved_at}
    await connection.execute(
        inserting(connection, drafts_table)
        .values(incident_id=draft.incident_id, user_id=draft.user_id, **fresh)
        .on_conflict_do_update(
            index_elements=[drafts_table.c.incident_id, drafts_table.c.user_id], set_=fresh
        )
    )


async def remove(connection: AsyncConnection, incident_id: UUID, user_id: UUID) -> bool:
    """Whether there was one."""
    gone = delete(drafts_table).where(
        drafts_table.c.incident_id == incident_id, drafts_table.c.user_id == user_id
    )
    return (await connection.execute(gone)).rowcount == 1
