"""Tables and queries of presence by the quarter of an hour, and of hours that a person stated."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, Row, String, Table, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.detection.hours.week import SLOTS, Hours, HoursSource
from controller.fleet.machine import MachineRole
from controller.fleet.store import customers_table, machines_table
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

# 96 quarters do not fit into 64 bits: midnight to noon, noon to midnight.
_HALF = SLOTS // 2
_LOW = (1 << _HALF) - 1

days_table = Table(
    "presence_days",
    metadata,
    Column("machine_id", ForeignKey("machines.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("morning", BigInteger, nullable=False),
    Column("afternoon", BigInteger, nullable=False),
)

stated_table = Table(
    "stated_hours",
    metadata,
    Column("machine_id", ForeignKey("machines.id"), primary_key=True),
    Column("weekdays", Integer, nullable=False),
    Column("morning", BigInteger, nullable=False),
    Column("afternoon", BigInteger, nullable=False),
    Column("stated_at", UtcDateTime, nullable=False),
    Column("stated_by", String(255), nullable=False),
)


async def office_zones(connection: AsyncConnection) -> dict[UUID, str]:
    """Desktops and laptops, and their customers' time zones."""
    roles = (MachineRole.DESKTOP.value, MachineRole.LAPTOP.value)
    query = (
        select(machines_table.c.id, customers_table.c.zone)
        .join(customers_table, customers_table.c.id == machines_table.c.customer_id)
        .where(machines_table.c.role.in_(roles))
    )
    return {row.id: row.zone for row in await connection.execute(query)}


async def add_presence(connection: AsyncConnection, seen: Mapping[tuple[UUID, date], int]) -> None:
    """Adds quarters to days; what was there stays. In order, so that two units never wait for each other."""
    table = days_table.c
    for (machine_id, day), slots in sorted(seen.items()):
        new = inserting(connection, days_table).values(
            machine_id=machine_id, day=day, morning=slots & _LOW, afternoon=slots >> _HALF
        )
        merged = {
            "morning": table.morning.op("|")(new.excluded.morning),
            "afternoon": table.afternoon.op("|")(new.excluded.afternoon),
        }
        await connection.execute(new.on_conflict_do_update(index_elements=["machine_id", "day"], set_=merged))


async def presence(connection: AsyncConnection, machine_id: UUID) -> dict[date, int]:
    table = days_table.c
    query = select(table.day, table.morning, table.afternoon).where(table.machine_id == machine_id)
    return {row.day: row.morning | row.afternoon << _HALF for row in await connection.execute(query)}


async def forget_before(connection: AsyncConnection, day: date) -> None:
    await connection.execute(delete(days_table).where(days_table.c.day < day))


async def stated_of(connection: AsyncConnection, machine_id: UUID) -> tuple[Hours, str, datetime] | None:
    """With who said so, and when."""
    query = select(stated_table).where(stated_table.c.machine_id == machine_id)
    row = (await connection.execute(query)).first()
    return (_stated(row), row.stated_by, row.stated_at) if row is not None else None


async def every_stated(connection: AsyncConnection) -> dict[UUID, Hours]:
    return {row.machine_id: _stated(row) for row in await connection.execute(select(stated_table))}


def _stated(row: Row[Any]) -> Hours:
    weekdays = frozenset(day for day in range(7) if row.weekdays >> day & 1)
    return Hours(weekdays, row.morning | row.afternoon << _HALF, HoursSource.STATED)


async def state(connection: AsyncConnection, machine_id: UUID, hours: Hours, at: datetime, by: str) -> None:
    values = {
        "weekdays": sum(1 << day for day in hours.weekdays),
        "morning": hours.slots & _LOW,
        "afternoon": hours.slots >> _HALF,
        "stated_at": at,
        "stated_by": by,
    }
    await connection.execute(
        inserting(connection, stated_table)
        .values(machine_id=machine_id, **values)
        .on_conflict_do_update(index_elements=["machine_id"], set_=values)
    )


async def unstate(connection: AsyncConnection, machine_id: UUID) -> None:
    await connection.execute(delete(stated_table).where(stated_table.c.machine_id == machine_id))
