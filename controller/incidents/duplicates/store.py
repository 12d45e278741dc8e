"""The table of merged incidents: which one goes on for which."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Row, String, Table, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.incidents.duplicates.merger import Merger
from controller.incidents.store import incidents_table
from controller.storage import UtcDateTime, metadata

mergers_table = Table(
    "incident_mergers",
    metadata,
    Column("merged_id", ForeignKey("incidents.id"), primary_key=True),
    Column("survivor_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(255), nullable=False),
)


def _merger(row: Row[Any]) -> Merger:
    return Merger(**row._mapping)


async def add(connection: AsyncConnection, merger: Merger) -> None:
    await connection.execute(
        insert(mergers_table).values(
            merged_id=merger.merged_id, survivor_id=merger.survivor_id, at=merger.at, by=merger.by
        )
    )


async def remove(connection: AsyncConnection, merged_id: UUID) -> None:
    await connection.execute(delete(mergers_table).where(mergers_table.c.merged_id == merged_id))


async def merger_of(connection: AsyncConnection, merged_id: UUID) -> Merger | None:
    """None for one that was not merged into another."""
    query = select(mergers_table).where(mergers_table.c.merged_id == merged_id)
    row = (await connection.execute(query)).first()
    return _merger(row) if row else None


async def mergers_into(connection: AsyncConnection, survivor_id: UUID) -> tuple[Merger, ...]:
    """Those merged into it, in the order in which that was done."""
    rows = await connection.execute(
        select(mergers_table).where(mergers_table.c.survivor_id == survivor_id).order_by(mergers_table.c.at)
    )
    return tuple(_merger(row) for row in rows)


async def survivor_of_identity(
    connection: AsyncConnection, machine_id: UUID, rule: str, object_name: str
) -> tuple[UUID, UUID] | None:
    """(merged, survivor): the latest merged incident of a finding's identity, and who goes on for it."""
    row = (
        await connection.execute(
            select(mergers_table.c.merged_id, mergers_table.c.survivor_id)
            .join(incidents_table, incidents_table.c.id == mergers_table.c.merged_id)
            .where(
                incidents_table.c.machine_id == machine_id,
                incidents_table.c.rule == rule,
                incidents_table.c.object == object_name,
            )
            .order_by(incidents_table.c.number.desc())
            .limit(1)
        )
    ).first()
    return (row.merged_id, row.survivor_id) if row else None


async def lasting(connection: AsyncConnection, machine_id: UUID) -> tuple[UUID, ...]:
    """Merged incidents of a machine whose symptom has not been seen to end."""
    rows = await connection.execute(
        select(incidents_table.c.id)
        .join(mergers_table, mergers_table.c.merged_id == incidents_table.c.id)
        .where(
            incidents_table.c.machine_id == machine_id,
            incidents_table.c.cleared_at.is_(None),
            incidents_table.c.rule != "",
        )
        .order_by(incidents_table.c.number)
    )
    return tuple(rows.scalars())


async def symptoms_last(connection: AsyncConnection, survivor_id: UUID) -> bool:
    """Whether the symptom of any that was merged into it lasts."""
    row = (
        await connection.execute(
            select(incidents_table.c.id)
            .join(mergers_table, mergers_table.c.merged_id == incidents_table.c.id)
            .where(
                mergers_table.c.survivor_id == survivor_id,
                incidents_table.c.cleared_at.is_(None),
                incidents_table.c.rule != "",
            )
            .limit(1)
        )
    ).first()
    return row is not None
