"""Tables and queries of inventories: one current document a machine, and its changes."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    Uuid,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.fleet.inventory.document import Change, DatedChange, Inventory
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

inventories_table = Table(
    "inventories",
    metadata,
    Column("machine_id", ForeignKey("machines.id"), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("document", JSON, nullable=False),
    Column("gaps", JSON, nullable=False),
)

changes_table = Table(
    "inventory_changes",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("machine_id", Uuid, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("section", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("field", String(64), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Index(None, "machine_id", "at"),
)


async def inventory(connection: AsyncConnection, machine_id: UUID) -> Inventory | None:
    """The current one; None for a machine that never sent any."""
    query = select(inventories_table).where(inventories_table.c.machine_id == machine_id)
    row = (await connection.execute(query)).first()
    return _inventory(row) if row else None


async def keep(connection: AsyncConnection, new: Inventory, received_at: datetime) -> None:
    """In the place of the one before."""
    values = {
        "sha256": new.sha256,
        "taken_at": new.taken_at,
        "received_at": received_at,
        "document": {"ones": new.ones, "lists": new.lists},
        "gaps": dict(new.gaps),
    }
    await connection.execute(
        inserting(connection, inventories_table)
        .values(machine_id=new.machine_id, **values)
        .on_conflict_do_update(index_elements=["machine_id"], set_=values)
    )


async def add_changes(
    connection: AsyncConnection, machine_id: UUID, at: datetime, changes: Collection[Change]
) -> None:
    if changes:
        rows = [
            {
                "machine_id": machine_id,
                "at": at,
                "section": one.section,
                "name": one.name,
                "field": one.field,
                "before": one.before,
                "after": one.after,
            }
            for one in changes
        ]
        await connection.execute(insert(changes_table), rows)


async def changes(connection: AsyncConnection, machine_id: UUID, limit: int = 200) -> tuple[DatedChange, ...]:
    """What changed on a machine, the newest first."""
    table = changes_table.c
    query = (
        select(table.at, table.section, table.name, table.field, table.before, table.after)
        .where(table.machine_id == machine_id)
        .order_by(table.at.desc(), table.id)
        .limit(limit)
    )
    return tuple(
        DatedChange(row.at, Change(row.section, row.name, row.field, row.before, row.after))
        for row in await connection.execute(query)
    )


def _inventory(row: Row[Any]) -> Inventory:
    held = row.document
    return Inventory(row.machine_id, row.sha256, row.taken_at, held["ones"], held["lists"], row.gaps)
