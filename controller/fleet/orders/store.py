"""Rows of orders. At most one unfinished order of a kind for each machine."""

from collections.abc import Collection
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
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.fleet.orders.order import Order, OrderState
from controller.storage import UtcDateTime, metadata

_finished_at = Column("finished_at", UtcDateTime)

orders_table = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("machine_id", ForeignKey("machines.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("arguments", JSON, nullable=False),
    Column("purpose_id", Uuid, nullable=False, index=True),
    Column("purpose", String(64), nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_by_id", Uuid),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    _finished_at,
    Column("items_done", Integer, nullable=False),
    Column("items_total", Integer, nullable=False),
    Column("bytes_done", BigInteger, nullable=False),
    Column("bytes_total", BigInteger, nullable=False),
    Column("reason", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Index(
        "uq_orders_unfinished",
        "machine_id",
        "kind",
        unique=True,
        sqlite_where=_finished_at.is_(None),
        postgresql_where=_finished_at.is_(None),
    ),
)
_table = orders_table.c


def _order(row: Row[Any]) -> Order:
    found: dict[str, Any] = dict(row._mapping)
    found["state"] = OrderState(found["state"])
    return Order(**found)


def _row(order: Order) -> dict[str, Any]:
    values = {name: getattr(order, name) for name in Order.__dataclass_fields__}
    return {**values, "state": order.state.value, "arguments": dict(order.arguments)}


async def add(connection: AsyncConnection, order: Order) -> None:
    await connection.execute(insert(orders_table).values(**_row(order)))


async def save(connection: AsyncConnection, order: Order) -> Order:
    values = _row(order)
    await connection.execute(update(orders_table).where(_table.id == values.pop("id")).values(**values))
    return order


async def order(connection: AsyncConnection, order_id: UUID, *, lock: bool = False) -> Order | None:
    query = select(orders_table).where(_table.id == order_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _order(row) if row else None


async def unfinished(connection: AsyncConnection, machine_id: UUID) -> tuple[Order, ...]:
    """A machine's, the oldest first."""
    query = select(orders_table).where(_table.machine_id == machine_id, _table.finished_at.is_(None))
    return tuple(_order(row) for row in await connection.execute(query.order_by(_table.asked_at)))


async def queued_machines(connection: AsyncConnection) -> frozenset[UUID]:
    """Machines with an order that was not sent yet."""
    query = select(_table.machine_id).where(
        _table.finished_at.is_(None), _table.state == OrderState.QUEUED.value
    )
    return frozenset((await connection.execute(query)).scalars())


async def unfinished_ids(connection: AsyncConnection, among: Collection[UUID]) -> frozenset[UUID]:
    """Those of `among` that have not ended."""
    query = select(_table.id).where(_table.id.in_(list(among)), _table.finished_at.is_(None))
    return frozenset((await connection.execute(query)).scalars())


async def orders_for(
    connection: AsyncConnection, purpose_id: UUID | None = None, limit: int = 100
) -> tuple[Order, ...]:
    """A case's (or all), the newest first."""
    query = select(orders_table).order_by(_table.asked_at.desc(), _table.id).limit(limit)
    if purpose_id is not None:
        query = query.where(_table.purpose_id == purpose_id)
    return tuple(_order(row) for row in await connection.execute(query))
