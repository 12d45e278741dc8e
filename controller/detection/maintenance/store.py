"""Tables of windows and of what was held back in them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    Row,
    Table,
    Text,
    Uuid,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.detection.maintenance.window import Held, Window
from controller.fleet.machine import Machine
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

windows_table = Table(
    "maintenance_windows",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("site_id", ForeignKey("sites.id")),
    Column("machine_id", ForeignKey("machines.id")),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False, index=True),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("ended_early_at", UtcDateTime),
)

held_table = Table(
    "maintenance_held",
    metadata,
    Column("window_id", ForeignKey("maintenance_windows.id"), primary_key=True),
    Column("finding_id", Uuid, primary_key=True, index=True),
    Column("machine_id", ForeignKey("machines.id"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("object", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("judged_at", UtcDateTime),
    Column("became_incident", Boolean, nullable=False),
)


def _window(row: Row[Any]) -> Window:
    return Window(**row._mapping)


async def add(connection: AsyncConnection, window: Window) -> None:
    names = [column.name for column in windows_table.columns]
    await connection.execute(insert(windows_table).values({name: getattr(window, name) for name in names}))


async def next_number(connection: AsyncConnection) -> int:
    """Two at once: the second's insert fails on its number, and is tried again by whoever asked."""
    return int(await connection.scalar(select(func.coalesce(func.max(windows_table.c.number), 0))) or 0) + 1


async def numbered(connection: AsyncConnection, number: int) -> Window | None:
    row = (await connection.execute(select(windows_table).where(windows_table.c.number == number))).first()
    return _window(row) if row else None


async def window(connection: AsyncConnection, window_id: UUID) -> Window | None:
    row = (await connection.execute(select(windows_table).where(windows_table.c.id == window_id))).first()
    return _window(row) if row else None


async def ends(connection: AsyncConnection, window_id: UUID, at: datetime) -> None:
    """A person ends it at `at`, which may be before its start."""
    statement = update(windows_table).where(windows_table.c.id == window_id)
    await connection.execute(statement.values(ends_at=at, ended_early_at=at))


async def open_for(connection: AsyncConnection, machine: Machine, at: datetime) -> tuple[Window, ...]:
    """Open windows of its customer."""
    table = windows_table.c
    query = select(windows_table).where(
        table.customer_id == machine.customer_id, table.starts_at <= at, table.ends_at > at
    )
    return tuple(_window(row) for row in await connection.execute(query))


async def windows(
    connection: AsyncConnection, since: datetime, customer_id: UUID | None = None, limit: int = 200
) -> tuple[Window, ...]:
    """Those that end after `since`, the next to end first."""
    query = select(windows_table).where(windows_table.c.ends_at > since)
    if customer_id is not None:
        query = query.where(windows_table.c.customer_id == customer_id)
    rows = await connection.execute(query.order_by(windows_table.c.ends_at).limit(limit))
    return tuple(_window(row) for row in rows)


async def over_with_held(connection: AsyncConnection, now: datetime) -> tuple[UUID, ...]:
    """Windows that are over and still hold something nobody has judged."""
    query = (
        select(windows_table.c.id)
        .join(held_table, held_table.c.window_id == windows_table.c.id)
        .where(windows_table.c.ends_at <= now, held_table.c.judged_at.is_(None))
        .distinct()
    )
    return tuple((await connection.execute(query)).scalars())


async def hold(connection: AsyncConnection, held: Held) -> None:
    """Once for each window and finding."""
    names = [column.name for column in held_table.columns]
    values = {name: getattr(held, name) for name in names}
    await connection.execute(inserting(connection, held_table).values(values).on_conflict_do_nothing())


async def held_in(
    connection: AsyncConnection, window_id: UUID, unjudged_only: bool = False
) -> tuple[Held, ...]:
    query = select(held_table).where(held_table.c.window_id == window_id)
    if unjudged_only:
        query = query.where(held_table.c.judged_at.is_(None))
    rows = await connection.execute(query.order_by(held_table.c.at, held_table.c.finding_id))
    return tuple(Held(**row._mapping) for row in rows)


async def unjudged(connection: AsyncConnection, finding_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these are held back by some window right now."""
    query = select(held_table.c.finding_id).where(
        held_table.c.finding_id.in_(finding_ids), held_table.c.judged_at.is_(None)
    )
    return frozenset((await connection.execute(query)).scalars())


async def judge(
    connection: AsyncConnection, window_id: UUID, finding_ids: Collection[UUID], at: datetime, became: bool
) -> None:
    if finding_ids:
        await connection.execute(
            update(held_table)
            .where(held_table.c.window_id == window_id, held_table.c.finding_id.in_(finding_ids))
            .values(judged_at=at, became_incident=became)
        )


async def touching(connection: AsyncConnection, machine: Machine, since: datetime) -> tuple[Window, ...]:
    """Of this machine, now or to come, the next first."""
    table = windows_table.c
    query = select(windows_table).where(
        table.customer_id == machine.customer_id,
        table.ends_at > since,
        or_(table.machine_id == machine.id, table.machine_id.is_(None)),
    )
    found = [_window(row) for row in await connection.execute(query.order_by(table.starts_at))]
    return tuple(one for one in found if one.covers(machine))
