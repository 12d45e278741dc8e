"""Rows of duty: versions of the schedule, overrides, and the private links of calendars."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.escalation.rota.rota import Override, Schedule
from controller.escalation.rota.schedule_file import read_schedule
from controller.storage import UtcDateTime, metadata

versions_table = Table(
    "duty_schedules",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("effective_from", UtcDateTime, nullable=False),
    # TOML as it was written, comments and all: that is what is edited next time.
    Column("document", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Index(None, "effective_from"),
)

overrides_table = Table(
    "duty_overrides",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("level", Integer, nullable=False),
    Column("login", String(64), nullable=False),
    Column("start_at", UtcDateTime, nullable=False),
    Column("end_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    # Taken back: from then on it holds no longer; what it held before stays history.
    Column("dropped_at", UtcDateTime),
    Index(None, "end_at"),
)

calendar_links_table = Table(
    "duty_calendar_links",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Version:
    """In force from `effective_from` until the next one is."""

    number: int
    effective_from: datetime
    schedule: Schedule
    document: str
    created_at: datetime
    created_by: str


@lru_cache(maxsize=256)
def _read(document: str) -> Schedule:
    """Each is read once; its calendars stay filled."""
    return read_schedule(document)


async def add_version(
    connection: AsyncConnection, effective_from: datetime, document: str, at: datetime, by: str
) -> None:
    await connection.execute(
        insert(versions_table).values(
            effective_from=effective_from, document=document, created_at=at, created_by=by
        )
    )


async def versions(connection: AsyncConnection) -> tuple[Version, ...]:
    """Every one, in the order in which they come into force; of two at one instant the later written last."""
    rows = await connection.execute(
        select(versions_table).order_by(versions_table.c.effective_from, versions_table.c.number)
    )
    return tuple(_version(row) for row in rows)


async def version_at(connection: AsyncConnection, at: datetime) -> Version | None:
    """None before the first: then the flags of users say who is on duty."""
    row = (
        await connection.execute(
            select(versions_table)
            .where(versions_table.c.effective_from <= at)
            .order_by(versions_table.c.effective_from.desc(), versions_table.c.number.desc())
            .limit(1)
        )
    ).first()
    return _version(row) if row else None


def _version(row: Row[Any]) -> Version:
    return Version(
        row.number, row.effective_from, _read(row.document), row.document, row.created_at, row.created_by
    )


async def add_override(connection: AsyncConnection, one: Override) -> int:
    """Its number, higher than that of any before; `one.number` is not looked at."""
    added = await connection.execute(
        insert(overrides_table)
        .values(
            level=one.level, login=one.who, start_at=one.start, end_at=one.end, reason=one.reason,
            created_at=one.created_at, created_by=one.by,
        )
        .returning(overrides_table.c.number)
    )  # fmt: skip
    return int(added.scalar_one())


async def overrides(
    connection: AsyncConnection, start: datetime, end: datetime, level: int | None = None
) -> tuple[Override, ...]:
    """Those that reach into [start, end), in the order of writing. One taken back ends when it was, and is
    gone when it had not begun."""
    table = overrides_table.c
    query = select(overrides_table).where(table.start_at < end, table.end_at > start)
    if level is not None:
        query = query.where(table.level == level)
    rows = await connection.execute(query.order_by(table.number))
    found = (_override(row) for row in rows)
    return tuple(one for one in found if one.start < one.end and one.end > start)


async def override(connection: AsyncConnection, number: int) -> Override | None:
    row = (
        await connection.execute(select(overrides_table).where(overrides_table.c.number == number))
    ).first()
    return _override(row) if row else None


async def drop_override(connection: AsyncConnection, number: int, at: datetime) -> None:
    await connection.execute(
        update(overrides_table)
        .where(overrides_table.c.number == number, overrides_table.c.dropped_at.is_(None))
        .values(dropped_at=at)
    )


def _override(row: Row[Any]) -> Override:
    end = row.end_at if row.dropped_at is None else min(row.end_at, row.dropped_at)
    return Override(
        row.number, row.level, row.login, row.start_at, end, row.reason, row.created_by, row.created_at
    )


async def save_link(connection: AsyncConnection, user_id: UUID, token_hash: str, at: datetime) -> None:
    """One for each person: an older one opens nothing from now on."""
    await connection.execute(delete(calendar_links_table).where(calendar_links_table.c.user_id == user_id))
    await connection.execute(
        insert(calendar_links_table).values(user_id=user_id, token_hash=token_hash, created_at=at)
    )


async def link_owner(connection: AsyncConnection, token_hash: str) -> UUID | None:
    found: UUID | None = await connection.scalar(
        select(calendar_links_table.c.user_id).where(calendar_links_table.c.token_hash == token_hash)
    )
    return found


async def link_made_at(connection: AsyncConnection, user_id: UUID) -> datetime | None:
    found: datetime | None = await connection.scalar(
        select(calendar_links_table.c.created_at).where(calendar_links_table.c.user_id == user_id)
    )
    return found
