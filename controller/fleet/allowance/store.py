"""What each machine sent as evidence, by day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.fleet.store import machines_table
from controller.storage import metadata
from controller.storage.inserts import inserting

DAYS = 30

taken_table = Table(
    "evidence_days",
    metadata,
    Column("machine_id", ForeignKey("machines.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
)


async def taken_since(connection: AsyncConnection, machine_id: UUID, today: date) -> int:
    """Bytes from all machines of this one's customer, today and on the 29 days before."""
    asking, theirs = machines_table.alias("asking").c, machines_table.c
    customer = select(asking.customer_id).where(asking.id == machine_id).scalar_subquery()
    found = await connection.scalar(
        select(func.sum(taken_table.c.size_bytes))
        .join(machines_table, theirs.id == taken_table.c.machine_id)
        .where(theirs.customer_id == customer, taken_table.c.day > today - timedelta(days=DAYS))
    )
    return int(found or 0)


async def count(connection: AsyncConnection, sizes: Mapping[UUID, int], now: datetime) -> None:
    """Bytes taken in just now, by machine."""
    for machine_id in sorted(sizes):
        more = inserting(connection, taken_table).values(
            machine_id=machine_id, day=now.date(), size_bytes=sizes[machine_id]
        )
        await connection.execute(
            more.on_conflict_do_update(
                index_elements=[taken_table.c.machine_id, taken_table.c.day],
                set_={"size_bytes": taken_table.c.size_bytes + more.excluded.size_bytes},
            )
        )
