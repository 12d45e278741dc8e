"""What the engine has done for which incident: the index that keeps it from doing anything twice."""

from collections.abc import Collection, Iterable
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


async def done_for(connection: AsyncConnection, incident_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """`done` of each of them."""
    found: dict[UUID, set[str]] = {incident_id: set() for incident_id in incident_ids}
    rows = await connection.execute(
        select(steps_table.c.incident_id, steps_table.c.key).where(steps_table.c.incident_id.in_(found))
    )
    for incident_id, key in rows:
        found[incident_id].add(key)
    return found


async def mark_done(connection: AsyncConnection, steps: Iterable[tuple[UUID, str]], at: datetime) -> None:
    """Raises IntegrityError when one was done before: then all that came with it is undone."""
    rows = [{"incident_id": incident_id, "key": key, "done_at": at} for incident_id, key in steps]
    if rows:
        await connection.execute(insert(steps_table), rows)
