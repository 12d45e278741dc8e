"""The table of due rows. `wake_at` is when a row may be claimed: its due, a lease's end or a new try."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.storage import UtcDateTime, metadata
from controller.storage.many import among, change_many, put_many
from controller.timers.timer import LEASE, Claim, SetAside

_NONE: Mapping[str, str | None] = {}

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
    # What its handler knew beforehand; NULL: nothing.
    Column("agenda", Text),
    Index(None, "wake_at"),
    # Rows are rewritten all day: room on the page and an early vacuum keep the claim short (wire.md, Stores).
    postgresql_with={"fillfactor": "70", "autovacuum_vacuum_scale_factor": "0.01"},
)


async def plan(
    connection: AsyncConnection,
    key: str,
    kind: str,
    subject: UUID,
    due: datetime,
    now: datetime,
    agenda: str | None = None,
) -> None:
    """One row a key. A new due takes any claim in flight its right (the fence grows).

    `wake_at` is never before `now`: the engine does not look for rows in a past it has emptied.
    """
    await plan_all(connection, kind, ((key, subject, due),), now, {key: agenda})


async def plan_all(
    connection: AsyncConnection,
    kind: str,
    planned: Iterable[tuple[str, UUID, datetime]],
    now: datetime,
    agendas: Mapping[str, str | None] = _NONE,
) -> None:
    """`plan` for many of a kind: key, subject and due of each; by key what some of them bring along."""
    rows = [
        {
            "key": key,
            "kind": kind,
            "subject": subject,
            "due": due,
            "wake_at": max(due, now),
            "fence": 0,
            "attempts": 0,
            "set_aside_at": None,
            "last_error": "",
            "agenda": agendas.get(key),
        }
        for key, subject, due in planned
    ]
    await put_many(connection, timers, rows, only_new=("fence",), also=("fence = timers.fence + 1",))


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
            select(
                timers.c.key,
                timers.c.kind,
                timers.c.subject,
                timers.c.due,
                timers.c.fence,
                timers.c.attempts,
                timers.c.agenda,
            )
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
        .where(among(connection, timers.c.key, [row.key for row in rows]))
        .values(fence=timers.c.fence + 1, wake_at=lease_until)
    )
    return tuple(
        Claim(row.key, row.kind, row.subject, row.due, row.fence + 1, row.attempts, row.agenda)
        for row in sorted(rows, key=lambda row: (row.due, row.key))
    )


async def hold(connection: AsyncConnection, claims: Sequence[Claim]) -> set[str]:
    """The keys whose fence is still the claim's; locked until the transaction ends."""
    fences = {claim.key: claim.fence for claim in claims}
    rows = await connection.execute(
        select(timers.c.key, timers.c.fence).where(among(connection, timers.c.key, fences)).with_for_update()
    )
    return {row.key for row in rows if row.fence == fences[row.key]}


async def let_go_when_stopped(connection: AsyncConnection) -> None:
    """A process that stands still in the middle keeps its locks no longer than its claims: when it wakes, its
    write fails. SQLite has one process."""
    if connection.dialect.name != "sqlite":
        milliseconds = round(LEASE.total_seconds() * 1000)
        await connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {milliseconds}"))


async def plan_again(
    connection: AsyncConnection,
    dues: Mapping[str, datetime],
    now: datetime,
    agendas: Mapping[str, str | None] = _NONE,
) -> None:
    """As `plan_all`, for rows that are there."""
    planned = [
        {"key": key, "due": due, "wake_at": max(due, now), "agenda": agendas.get(key)}
        for key, due in dues.items()
    ]
    fresh = ("attempts = 0", "set_aside_at = NULL", "last_error = ''", "fence = timers.fence + 1")
    await change_many(connection, timers, planned, also=fresh)


async def remove_all(connection: AsyncConnection, keys: Sequence[str]) -> None:
    if keys:
        await connection.execute(delete(timers).where(timers.c.key.in_(keys)))


async def release(connection: AsyncConnection, key: str, now: datetime) -> bool:
    """Whether a row of that key was set aside; it wakes now."""
    released = await connection.execute(
        update(timers)
        .where(timers.c.key == key, timers.c.set_aside_at.is_not(None))
        .values(wake_at=now, attempts=0, set_aside_at=None, fence=timers.c.fence + 1)
    )
    return released.rowcount == 1


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


async def planned(
    connection: AsyncConnection, kind: str, keys: Collection[str] | None = None
) -> dict[UUID, datetime]:
    """Subject -> due, of every row of a kind (with one of these keys), the ones set aside included."""
    query = select(timers.c.subject, timers.c.due).where(timers.c.kind == kind)
    if keys is not None:
        query = query.where(timers.c.key.in_(keys))
    return {row.subject: row.due for row in await connection.execute(query)}


async def due_of(connection: AsyncConnection, key: str) -> datetime | None:
    found: datetime | None = await connection.scalar(select(timers.c.due).where(timers.c.key == key))
    return found


async def set_aside(connection: AsyncConnection) -> tuple[SetAside, ...]:
    rows = await connection.execute(
        # By the indexed instant, which they alone lack.
        select(timers).where(timers.c.wake_at.is_(None)).order_by(timers.c.set_aside_at)
    )
    return tuple(
        SetAside(row.key, row.kind, row.subject, row.due, row.set_aside_at, row.last_error) for row in rows
    )
