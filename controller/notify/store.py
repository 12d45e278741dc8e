"""The outbox: one row for each thing said to each person."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    Uuid,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.notify.notice import Notice
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting
from controller.storage.many import add_many, among

outbox = Table(
    "outbox",
    metadata,
    # Order of writing: what was said first is sent first.
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("key", Text, nullable=False, unique=True),
    # What it is about (an incident), for whoever reads the outbox.
    Column("subject_id", Uuid),
    Column("recipient", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("language", String(2), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    # What is to be said, until it is worded: then there are a subject and a body, and these are NULL.
    Column("template", Text),
    Column("facts", JSON(none_as_null=True)),
    Column("zone", Text),
    Column("auto", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # NULL: sent or given up.
    Column("next_attempt_at", UtcDateTime),
    Column("attempts", Integer, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("gave_up_at", UtcDateTime),
    Column("channel", String(32), nullable=False),
    Column("last_error", Text, nullable=False),
    Index(None, "next_attempt_at"),
    Index(None, "subject_id"),
)


def _notice(row: Row[Any]) -> Notice:
    found: dict[str, Any] = dict(row._mapping)
    del found["next_attempt_at"], found["position"]
    return Notice(**found)


async def add(connection: AsyncConnection, notice: Notice) -> bool:
    """False when something with that key was said already."""
    added = await connection.execute(
        inserting(connection, outbox)
        .values(_values(notice))
        .on_conflict_do_nothing(index_elements=[outbox.c.key])
        .returning(outbox.c.id)
    )
    return added.first() is not None


async def said(connection: AsyncConnection, keys: Collection[str]) -> set[str]:
    """Which of them were said already."""
    rows = await connection.execute(select(outbox.c.key).where(among(connection, outbox.c.key, keys)))
    return set(rows.scalars())


async def add_all(connection: AsyncConnection, notices: Iterable[Notice]) -> None:
    """Many that nobody has said; raises IntegrityError when somebody has."""
    rows = [_values(notice) for notice in notices]
    await add_many(connection, outbox, rows)


def _values(notice: Notice) -> dict[str, Any]:
    return {
        "id": notice.id,
        "key": notice.key,
        "subject_id": notice.subject_id,
        "recipient": notice.recipient,
        "address": notice.address,
        "language": notice.language,
        "subject": notice.subject,
        "body": notice.body,
        "template": notice.template,
        "facts": None if notice.facts is None else dict(notice.facts),
        "zone": notice.zone,
        "auto": notice.auto,
        "created_at": notice.created_at,
        "next_attempt_at": notice.created_at,
        "attempts": 0,
        "fence": 0,
        "channel": "",
        "last_error": "",
    }


async def claim(
    connection: AsyncConnection, now: datetime, lease_until: datetime, limit: int
) -> tuple[Notice, ...]:
    """The notices that wait longest, ours until `lease_until`."""
    rows = (
        await connection.execute(
            select(outbox)
            .where(outbox.c.next_attempt_at <= now)
            .order_by(outbox.c.next_attempt_at, outbox.c.position)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    ).all()
    if not rows:
        return ()
    claimed = await connection.execute(
        update(outbox)
        .where(outbox.c.id.in_([row.id for row in rows]))
        .values(next_attempt_at=lease_until, fence=outbox.c.fence + 1, attempts=outbox.c.attempts + 1)
        .returning(outbox)
    )
    order = {row.id: place for place, row in enumerate(rows)}
    return tuple(sorted((_notice(row) for row in claimed), key=lambda notice: order[notice.id]))


async def write_down(connection: AsyncConnection, notice: Notice) -> None:
    """The words of one that is claimed, for good."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.id == notice.id, outbox.c.fence == notice.fence)
        .values(subject=notice.subject, body=notice.body, template=None, facts=None, zone=None)
    )


async def is_ours(connection: AsyncConnection, notice: Notice, now: datetime) -> bool:
    """Whether the claim still stands: nobody claimed it after us, and the lease is not over."""
    found = await connection.scalar(
        select(outbox.c.id).where(
            outbox.c.id == notice.id, outbox.c.fence == notice.fence, outbox.c.next_attempt_at > now
        )
    )
    return found is not None


async def settle(
    connection: AsyncConnection,
    notice: Notice,
    *,
    sent_at: datetime | None = None,
    gave_up_at: datetime | None = None,
    next_attempt_at: datetime | None = None,
    channel: str = "",
    error: str = "",
) -> None:
    """How an attempt ended; nothing is written when another process has taken the notice over meanwhile."""
    await connection.execute(
        update(outbox)
        .where(outbox.c.id == notice.id, outbox.c.fence == notice.fence)
        .values(
            sent_at=sent_at,
            gave_up_at=gave_up_at,
            next_attempt_at=next_attempt_at,
            channel=channel,
            last_error=error,
        )
    )


async def waiting(connection: AsyncConnection) -> tuple[int, datetime | None]:
    """How many are neither sent nor given up, and when the oldest of them was written."""
    row = (
        await connection.execute(
            select(func.count(), func.min(outbox.c.created_at)).where(outbox.c.next_attempt_at.is_not(None))
        )
    ).one()
    return int(row[0]), row[1]


async def next_attempt(connection: AsyncConnection) -> datetime | None:
    found: datetime | None = await connection.scalar(select(func.min(outbox.c.next_attempt_at)))
    return found


async def notices(connection: AsyncConnection, subject_ids: Collection[UUID]) -> tuple[Notice, ...]:
    """What was said about these, the oldest first; as it is kept: with words or without (`worded`)."""
    rows = await connection.execute(
        select(outbox).where(outbox.c.subject_id.in_(subject_ids)).order_by(outbox.c.position)
    )
    return tuple(_notice(row) for row in rows)
