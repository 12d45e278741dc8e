"""Table of our own runs: what they leave open between them is when we were blind (contract.md T2)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Table, Uuid, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.fleet.intake.blindness import DownPeriod
from controller.storage import UtcDateTime, metadata

runs_table = Table(
    "controller_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("last_alive_at", UtcDateTime, nullable=False, index=True),
    Column("stopped_at", UtcDateTime),
)


async def add_run(connection: AsyncConnection, run_id: UUID, at: datetime) -> None:
    await connection.execute(insert(runs_table).values(id=run_id, started_at=at, last_alive_at=at))


async def alive(connection: AsyncConnection, run_id: UUID, at: datetime) -> None:
    statement = update(runs_table).where(runs_table.c.id == run_id)
    await connection.execute(statement.values(last_alive_at=at))


async def stopped(connection: AsyncConnection, run_id: UUID, at: datetime) -> None:
    statement = update(runs_table).where(runs_table.c.id == run_id)
    await connection.execute(statement.values(last_alive_at=at, stopped_at=at))


async def down_periods(connection: AsyncConnection, since: datetime) -> tuple[DownPeriod, ...]:
    """Times that ended after `since` in which no run of ours was alive, in order. The first run's past counts
    for nothing; runs that overlap (two controllers) leave no hole between them."""
    table = runs_table.c
    query = (
        select(table.started_at, table.last_alive_at)
        .where(table.last_alive_at >= since)
        .order_by(table.started_at)
    )
    runs = [(row.started_at, row.last_alive_at) for row in await connection.execute(query)]
    newest_before = (
        select(table.last_alive_at)
        .where(table.last_alive_at < since)
        .order_by(table.last_alive_at.desc())
        .limit(1)
    )
    alive_until: datetime | None = (await connection.execute(newest_before)).scalar()
    holes: list[DownPeriod] = []
    for started_at, last_alive_at in runs:
        if alive_until is not None and started_at > alive_until:
            holes.append(DownPeriod(alive_until, started_at))
        alive_until = max(alive_until or last_alive_at, last_alive_at)
    return tuple(holes)
