"""The table of entries. Rows are never changed and never removed."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    Uuid,
    and_,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.actor import ActorKind
from controller.incidents.timeline import Entry, EntryKind
from controller.storage import UtcDateTime, metadata
from controller.storage.many import add_many, among

_IDS_AT_ONCE = 1_000

entries_table = Table(
    "incident_entries",
    metadata,
    # Order of writing, which instants alone do not tell.
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("actor_kind", String(16), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("actor_id", Uuid),
    Column("for_customer", Boolean, nullable=False),
    Column("auto", Boolean, nullable=False),
    Column("severity", String(16)),
    Column("level", Integer),
    Column("channel", String(32)),
    Column("reason", Text),
    Column("body", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Index(None, "incident_id", "position"),
)


def _entry(row: Row[Any]) -> Entry:
    found: dict[str, Any] = dict(row._mapping)
    del found["position"]
    found["kind"] = EntryKind(found["kind"])
    found["actor_kind"] = ActorKind(found["actor_kind"])
    return Entry(**found)


async def timeline(connection: AsyncConnection, incident_id: UUID) -> tuple[Entry, ...]:
    """Every entry, in the order in which they were written."""
    rows = await connection.execute(
        select(entries_table)
        .where(entries_table.c.incident_id == incident_id)
        .order_by(entries_table.c.position)
    )
    return tuple(_entry(row) for row in rows)


async def timelines(connection: AsyncConnection, incident_ids: Collection[UUID]) -> dict[UUID, list[Entry]]:
    """`timeline` of each of them."""
    return await entries_of_kinds(connection, incident_ids, tuple(EntryKind))


async def entries_of_kinds(
    connection: AsyncConnection, incident_ids: Collection[UUID], kinds: Collection[EntryKind]
) -> dict[UUID, list[Entry]]:
    """Only those kinds, of many incidents in one query: what a queue's clocks are counted from."""
    wanted = tuple(incident_ids)
    found: dict[UUID, list[Entry]] = {incident_id: [] for incident_id in wanted}
    # In pieces: both databases limit how many values one statement may carry.
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        rows = await connection.execute(
            select(entries_table)
            .where(
                and_(
                    entries_table.c.incident_id.in_(wanted[start : start + _IDS_AT_ONCE]),
                    entries_table.c.kind.in_([kind.value for kind in kinds]),
                )
            )
            .order_by(entries_table.c.position)
        )
        for row in rows:
            entry = _entry(row)
            found[entry.incident_id].append(entry)
    return found


_TICKED = (
    entries_table.c.kind, entries_table.c.at, entries_table.c.recorded_at, entries_table.c.severity,
    entries_table.c.level, entries_table.c.channel, entries_table.c.auto, entries_table.c.reason,
    entries_table.c.actor_kind, entries_table.c.actor_name,
)  # fmt: skip


async def ticked(
    connection: AsyncConnection, incident_ids: Collection[UUID], kinds: Collection[EntryKind]
) -> list[tuple[UUID, str, Any]]:
    """Entries of those kinds in order of writing: the incident's id, the entry's as text, and the row of what
    a clock reads, `_TICKED`. No entries are made of them, since very many are read at a time."""
    wanted = {incident_id.hex: incident_id for incident_id in incident_ids}
    # As text: making an id of 32 digits costs more than all the rest of a row.
    ids = (entries_table.c.incident_id, entries_table.c.id)
    as_text: list[ColumnElement[str]] = (
        [type_coerce(column, Text) for column in ids]
        if connection.dialect.name == "sqlite"
        else [func.replace(cast(column, Text), "-", "") for column in ids]
    )
    query = select(*as_text, *_TICKED).order_by(entries_table.c.position)
    found: list[tuple[UUID, str, Any]] = []
    listed = list(wanted.values())
    for start in range(0, len(listed), _IDS_AT_ONCE):
        rows = await connection.execute(
            query.where(
                entries_table.c.incident_id.in_(listed[start : start + _IDS_AT_ONCE]),
                entries_table.c.kind.in_([kind.value for kind in kinds]),
            )
        )
        found.extend((wanted[one], _dashed(own), row) for one, own, *row in rows)
    return found


def _dashed(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


async def last_recorded(connection: AsyncConnection, incident_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """`last_recorded_at` for many: each entry is recorded after the one before it."""
    own = entries_table.c.incident_id
    # As text where it is text: making ids of many costs more than finding them.
    lite = connection.dialect.name == "sqlite"
    rows = await connection.execute(
        select(type_coerce(own, Text) if lite else own, func.max(entries_table.c.recorded_at))
        .where(among(connection, own, incident_ids))
        .group_by(own)
    )
    known = {one.hex: one for one in incident_ids} if lite else {one: one for one in incident_ids}
    return {known[row[0]]: row[1] for row in rows}


async def last_recorded_at(connection: AsyncConnection, incident_id: UUID) -> datetime | None:
    """When the newest entry was written; None before the first."""
    found: datetime | None = await connection.scalar(
        select(entries_table.c.recorded_at)
        .where(entries_table.c.incident_id == incident_id)
        .order_by(entries_table.c.position.desc())
        .limit(1)
    )
    return found


async def append(connection: AsyncConnection, entry: Entry) -> None:
    """Entries are never changed and never removed."""
    await append_all(connection, (entry,))


async def append_all(connection: AsyncConnection, entries: Iterable[Entry]) -> None:
    """In that order."""
    rows = [_values(entry) for entry in entries]
    await add_many(connection, entries_table, rows)


def _values(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "incident_id": entry.incident_id,
        "kind": entry.kind.value,
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "actor_kind": entry.actor_kind.value,
        "actor_name": entry.actor_name,
        "actor_id": entry.actor_id,
        "for_customer": entry.for_customer,
        "auto": entry.auto,
        "severity": entry.severity,
        "level": entry.level,
        "channel": entry.channel,
        "reason": entry.reason,
        "body": entry.body,
        "facts": dict(entry.facts),
    }


async def noted_late(
    connection: AsyncConnection, after: int | None, look_back: int
) -> tuple[list[Entry], int]:
    """What the engine marked as late among the entries written after position `after` (None: among the last
    `look_back` ones), and the last position there is: each entry is read once."""
    last: int = await connection.scalar(select(func.max(entries_table.c.position))) or 0
    since = max(after if after is not None else 0, last - look_back)
    rows = await connection.execute(
        select(entries_table)
        .where(
            entries_table.c.position > since,
            entries_table.c.kind.in_([kind.value for kind in _ENGINE_KINDS]),
        )
        .order_by(entries_table.c.position)
    )
    return [entry for row in rows if "controller_late" in (entry := _entry(row)).facts], last


_ENGINE_KINDS = (EntryKind.WARNED, EntryKind.BREACHED, EntryKind.ESCALATED)
