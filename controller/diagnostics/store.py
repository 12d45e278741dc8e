"""Rows of bundles."""

from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Integer, Row, String, Table, UniqueConstraint, Uuid, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.diagnostics.bundle import Bundle
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

bundles_table = Table(
    "bundles",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("machine_id", ForeignKey("machines.id"), nullable=False),
    Column("incident_id", ForeignKey("incidents.id"), index=True),
    Column("finding_id", Uuid),
    Column("order_id", ForeignKey("orders.id")),
    Column("profile", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    UniqueConstraint("finding_id", "sha256"),
    UniqueConstraint("order_id"),
)


def _bundle(row: Row[Any]) -> Bundle:
    return Bundle(**row._mapping)


async def add(connection: AsyncConnection, bundle: Bundle) -> bool:
    """False when that bundle of that finding or order is here already."""
    added = await connection.execute(
        inserting(connection, bundles_table)
        .values(
            id=bundle.id,
            machine_id=bundle.machine_id,
            incident_id=bundle.incident_id,
            finding_id=bundle.finding_id,
            order_id=bundle.order_id,
            profile=bundle.profile,
            sha256=bundle.sha256,
            size_bytes=bundle.size_bytes,
            taken_at=bundle.taken_at,
            received_at=bundle.received_at,
        )
        .on_conflict_do_nothing()
        .returning(bundles_table.c.id)
    )
    return added.first() is not None


async def bundles(connection: AsyncConnection, incident_id: UUID) -> tuple[Bundle, ...]:
    """An incident's, the oldest first."""
    rows = await connection.execute(
        select(bundles_table)
        .where(bundles_table.c.incident_id == incident_id)
        .order_by(bundles_table.c.taken_at, bundles_table.c.sha256)
    )
    return tuple(_bundle(row) for row in rows)


async def bundle(connection: AsyncConnection, bundle_id: UUID) -> Bundle | None:
    row = (await connection.execute(select(bundles_table).where(bundles_table.c.id == bundle_id))).first()
    return _bundle(row) if row else None


async def bundles_of_finding(connection: AsyncConnection, finding_id: UUID) -> tuple[Bundle, ...]:
    """The oldest first, whichever incident they hang on."""
    rows = await connection.execute(
        select(bundles_table)
        .where(bundles_table.c.finding_id == finding_id)
        .order_by(bundles_table.c.taken_at)
    )
    return tuple(_bundle(row) for row in rows)
