"""The table of due rows. `wake_at` is when a row may be claimed: its due, a lease's end or a new try."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, Integer, Table, Text, Uuid, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting
from controller.timers.timer import Claim, SetAside

timers = Table(
    "timers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("due", UtcDateTime, nullable=False),
    # NULL: set aside. The only indexed instant, so that a claim reads as many rows as it takes.
    Column("wake_at", UtcDateTime),
    Column("fence", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("set_aside_at", UtcDateTime),
    Column("last_error", Text, nullable=False),
    Index(None, "wake_at"),
    # Rows are rewritten all day: room on the page and an early vacuum keep the claim short (wire.md, Stores).
    postgresql_with={"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.01"},
)


async def plan(
    connection: AsyncConnection, key: str, kind: str, subject: UUID, due: datetime, now: datetime
) -> None:
    """One row a key. A new due takes any claim in flight its right (the fence grows).

    `wake_at` is never before `now`: the engine does not look for rows in a past it has emptied.
    """
    fresh = {
        "kind": kind,
        "subject": subject,
        "due": due,
        "wake_at": max(due, now),
        "attempts": 0,
        "set_aside_at": None,
        "last_error": "",
    }
    await connection.execute(
        inserting(connection, timers)
        .values(key=key, fence=0, **fresh)
        .on_conflict_do_update(index_elements=[timers.c.key], set_={**fresh, "fence": timers.c.fence + 1})
    )


async def remove(connection: AsyncConnection, key: str, fence: int | None = None) -> bool:
    """Whether there was such a row (with that fence, when one is given)."""
    gone = delete(timers).where(timers.c.key == key)
    if fence is not None:
        gone = gone.where(timers.c.fence == fence)
    return (await connection.execute(gone)).rowcount == 1


async def claim(
    connection: AsyncConnection, now: datetime, lease_until: datetime, limit: int, floor: datetime | None
) -> tuple[Claim, ...]:
    """The `limit` longest due rows that nobody else is claiming right now, leased until `lease_until`."""
    due = timers.c.wake_at <= now
    if floor is not None:
        due &= timers.c.wake_at > floor
    rows = (
        await connection.execute(
            select(timers)
            .where(due)
            .order_by(timers.c.wake_at, timers.c.key)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not rows:
        return ()
    await connection.execute(
        update(timers)
        .where(timers.c.key.in_([row.key for row in rows]))
        .values(fence=timers.c.fence + 1, wake_at=lease_until)
    )
    return tuple(
        Claim(row.key, row.kind, row.subject, row.due, row.fence + 1, row.attempts)
        for row in sorted(rows, key=lambda row: (row.due, row.key))
    )


async def note_failure(
    connection: AsyncConnection,
    claimed: Claim,
    error: str,
    wake_at: datetime | None,
    set_aside_at: datetime | None,
) -> None:
    await connection.execute(
        update(timers)
        .where(timers.c.key == claimed.key, timers.c.fence == claimed.fence)
        .values(attempts=claimed.attempts + 1, last_error=error, wake_at=wake_at, set_aside_at=set_aside_at)
    )


async def next_wake(connection: AsyncConnection) -> datetime | None:
    found: datetime | None = await connection.scalar(select(func.min(timers.c.wake_at)))
    return found


async def planned(connection: AsyncConnection, kind: str) -> dict[UUID, datetime]:
    """Subject -> due, of every row of a kind, the ones set aside included."""
    rows = await connection.execute(select(timers.c.subject, timers.c.due).where(timers.c.kind == kind))
    return {row.subject: row.due for row in rows}


async def due_of(connection: AsyncConnection, key: str) -> datetime | None:
    found: datetime | None = await connection.scalar(select(timers.c.due).where(timers.c.key == key))
    return found


async def set_aside(connection: AsyncConnection) -> tuple[SetAside, ...]:
    rows = await connection.execute(
        select(timers).where(timers.c.set_aside_at.is_not(None)).order_by(timers.c.set_aside_at)
    )
    return tuple(
        SetAside(row.key, row.kind, row.subject, row.due, row.set_aside_at, row.last_error) for row in rows
    )
