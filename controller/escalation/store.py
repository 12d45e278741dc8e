"""What the engine has done for which incident: the index that keeps it from doing anything twice."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Table, Text, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.storage import UtcDateTime, metadata

steps_table = Table(
    "escalation_steps",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("done_at", UtcDateTime, nullable=False),
)


async def done(connection: AsyncConnection, incident_id: UUID) -> set[str]:
    rows = await connection.execute(select(steps_table.c.key).where(steps_table.c.incident_id == incident_id))
    return set(rows.scalars())


async def mark_done(connection: AsyncConnection, incident_id: UUID, key: str, at: datetime) -> None:
    """Raises IntegrityError when it was done before: then all that came with it is undone."""
    await connection.execute(insert(steps_table).values(incident_id=incident_id, key=key, done_at=at))
