"""The table of mentions: who was named in which note."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Table, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.storage import UtcDateTime, metadata

mentions_table = Table(
    "incident_mentions",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("entry_id", Uuid, primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)


async def add(
    connection: AsyncConnection, user_id: UUID, entry_id: UUID, incident_id: UUID, at: datetime
) -> None:
    await connection.execute(
        insert(mentions_table).values(user_id=user_id, entry_id=entry_id, incident_id=incident_id, at=at)
    )


async def incidents_naming(connection: AsyncConnection, user_id: UUID) -> frozenset[UUID]:
    """Every incident in which somebody was named."""
    rows = await connection.execute(
        select(mentions_table.c.incident_id).where(mentions_table.c.user_id == user_id).distinct()
    )
    return frozenset(rows.scalars())
