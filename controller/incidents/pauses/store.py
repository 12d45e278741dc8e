"""The table of open pauses: one row at most for an incident, gone when the pause is over."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Row, String, Table, Text, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.incidents.pauses.pause import Awaited, Pause
from controller.storage import UtcDateTime, metadata

pauses_table = Table(
    "incident_pauses",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("awaited", String(32), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("told", Text, nullable=False),
)


def _pause(row: Row[Any]) -> Pause:
    return Pause(row.incident_id, Awaited(row.awaited), row.since, row.until, row.told)


async def pause_of(connection: AsyncConnection, incident_id: UUID) -> Pause | None:
    """The open one."""
    query = select(pauses_table).where(pauses_table.c.incident_id == incident_id)
    row = (await connection.execute(query)).first()
    return _pause(row) if row else None


async def pauses_of(connection: AsyncConnection, incident_ids: Collection[UUID]) -> dict[UUID, Pause]:
    """The open ones of a list. All are read: waiting is rare, and a list of a thousand ids is long."""
    rows = await connection.execute(select(pauses_table))
    wanted = set(incident_ids)
    return {row.incident_id: _pause(row) for row in rows if row.incident_id in wanted}


async def open_pauses(connection: AsyncConnection) -> tuple[Pause, ...]:
    rows = await connection.execute(select(pauses_table).order_by(pauses_table.c.since))
    return tuple(_pause(row) for row in rows)


async def add(connection: AsyncConnection, pause: Pause) -> None:
    await connection.execute(
        insert(pauses_table).values(
            incident_id=pause.incident_id,
            awaited=pause.awaited.value,
            since=pause.since,
            until=pause.until,
            told=pause.told,
        )
    )


async def bound(connection: AsyncConnection, incident_id: UUID, until: datetime) -> None:
    await connection.execute(
        update(pauses_table).where(pauses_table.c.incident_id == incident_id).values(until=until)
    )


async def remove(connection: AsyncConnection, incident_id: UUID) -> None:
    await connection.execute(delete(pauses_table).where(pauses_table.c.incident_id == incident_id))
