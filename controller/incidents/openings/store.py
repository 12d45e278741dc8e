"""Openings, and nothing else of their incidents."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.incidents.store import incidents_table


async def openings_between(
    connection: AsyncConnection,
    start: datetime,
    end: datetime,
    *,
    customer_id: UUID | None = None,
    after: int = 0,
    limit: int = 1_000,
) -> list[tuple[int, UUID, UUID, datetime]]:
    """As `opened_between`, and of each only its number, its id, its customer's, and when it was opened."""
    table = incidents_table.c
    query = select(table.number, table.id, table.customer_id, table.opened_at).where(
        table.opened_at >= start, table.opened_at < end, table.number > after
    )
    if customer_id is not None:
        query = query.where(table.customer_id == customer_id)
    rows = await connection.execute(query.order_by(table.number).limit(limit))
    return [(number, one, customer, at) for number, one, customer, at in rows]
