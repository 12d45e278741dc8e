"""Queries by the promise that ends first, and the columns that clocks alone change."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.severity import Severity
from controller.incidents.case import CaseState, Incident
from controller.incidents.store import incident_of, incidents_table
from controller.storage.many import change_many


async def save_clocks(connection: AsyncConnection, cases: Collection[Incident]) -> None:
    """What clocks alone change, of many: the level, `pressing_at` and `updated_at`. `save` leaves
    `pressing_at` as it is."""
    if cases:
        await change_many(
            connection,
            incidents_table,
            [
                {
                    "id": one.id,
                    "level": one.level,
                    "pressing_at": one.pressing_at,
                    "updated_at": one.updated_at,
                }
                for one in cases
            ],
        )


async def pressing(
    connection: AsyncConnection,
    *,
    level: int | None = None,
    customer_id: UUID | None = None,
    severity: Severity | None = None,
    limit: int = 200,
) -> tuple[Incident, ...]:
    """Open ones, the promise that ends first on top; those of which none presses at the end, newest first."""
    query = select(incidents_table).where(incidents_table.c.state == CaseState.OPEN.value)
    if level is not None:
        query = query.where(incidents_table.c.level == level)
    if customer_id is not None:
        query = query.where(incidents_table.c.customer_id == customer_id)
    if severity is not None:
        query = query.where(incidents_table.c.severity == severity.value)
    # In two pieces, since an index knows no order in which nothing comes last.
    first = query.where(incidents_table.c.pressing_at.is_not(None)).order_by(incidents_table.c.pressing_at)
    found = list(await connection.execute(first.limit(limit)))
    if len(found) < limit:
        rest = query.where(incidents_table.c.pressing_at.is_(None)).order_by(incidents_table.c.number.desc())
        found += await connection.execute(rest.limit(limit - len(found)))
    return tuple(incident_of(row) for row in found)


async def count_pressing(connection: AsyncConnection, since: datetime | None, until: datetime) -> int:
    """Open ones whose pressing promise ends at `since` or later (None: whenever) and before `until`."""
    query = (
        select(func.count())
        .select_from(incidents_table)
        .where(incidents_table.c.state == CaseState.OPEN.value, incidents_table.c.pressing_at < until)
    )
    if since is not None:
        query = query.where(incidents_table.c.pressing_at >= since)
    return (await connection.execute(query)).scalar_one()
