"""Tables and queries of snapshots: an append table with an index (machine, instant), and shared layouts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isnan
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Uuid,
    delete,
    insert,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.fleet.series.packing import Channel, Layout, Series, Snapshot, layout, unpack
from controller.storage import UtcDateTime, metadata

_row_number = BigInteger().with_variant(Integer, "sqlite")

layouts_table = Table(
    "snapshot_layouts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("channels", JSON, nullable=False),
)

# No foreign key to machines: it would be looked up for every row of the busiest table.
snapshots_table = Table(
    "snapshots",
    metadata,
    Column("id", _row_number, primary_key=True, autoincrement=True),
    Column("machine_id", Uuid, nullable=False),
    Column("taken_at", UtcDateTime, nullable=False),
    Column("layout_id", Integer, nullable=False),
    Column("packed", LargeBinary, nullable=False),
    Column("gaps", JSON(none_as_null=True)),
    Index(None, "machine_id", "taken_at"),
    Index(None, "taken_at"),
)


@dataclass(frozen=True, slots=True)
class PackedSnapshot:
    machine_id: UUID
    taken_at: datetime
    layout: Layout
    packed: bytes
    gaps: Mapping[str, str] | None


async def add_snapshots(connection: AsyncConnection, taken: Collection[PackedSnapshot]) -> None:
    """Append; a layout seen for the first time is kept with them."""
    if not taken:
        return
    ids = await _layout_ids(connection, {one.layout.digest: one.layout for one in taken})
    rows = [
        {
            "machine_id": one.machine_id,
            "taken_at": one.taken_at,
            "layout_id": ids[one.layout.digest],
            "packed": one.packed,
            "gaps": dict(one.gaps) if one.gaps else None,
        }
        for one in taken
    ]
    await connection.execute(insert(snapshots_table), rows)


async def _layout_ids(connection: AsyncConnection, layouts: Mapping[str, Layout]) -> dict[str, int]:
    table = layouts_table.c
    known = select(table.digest, table.id).where(table.digest.in_(list(layouts)))
    ids: dict[str, int] = {row.digest: row.id for row in await connection.execute(known)}
    for digest, missing in layouts.items():
        if digest not in ids:
            channels = [[c.name, c.unit, dict(c.attributes)] for c in missing.channels]
            made = await connection.execute(insert(layouts_table).values(digest=digest, channels=channels))
            assert made.inserted_primary_key is not None
            ids[digest] = made.inserted_primary_key[0]
    return ids


async def _layouts(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, Layout]:
    rows = await connection.execute(select(layouts_table).where(layouts_table.c.id.in_(list(ids))))
    return {row.id: layout([Channel(*channel) for channel in row.channels]) for row in rows}


async def snapshots_between(
    connection: AsyncConnection,
    machine_id: UUID,
    start: datetime,
    end: datetime,
    *,
    names: Collection[str] | None = None,
    every: timedelta | None = None,
) -> tuple[Series, ...]:
    """Series with start <= instant < end, each in order of time; for charts.

    `names` keeps only channels of these names. `every` thins: one snapshot (the first) in each such span;
    reading a whole day unthinned costs some 50 ms of CPU.
    """
    table = snapshots_table.c
    query = (
        select(table.taken_at, table.layout_id, table.packed)
        .where(table.machine_id == machine_id, table.taken_at >= start, table.taken_at < end)
        .order_by(table.taken_at, table.id)
    )
    kept: list[Any] = []
    span = None
    for row in await connection.execute(query):
        if every is not None:
            here = (row.taken_at - start) // every
            if here == span:
                continue
            span = here
        kept.append(row)
    return _series(kept, await _layouts(connection, {row.layout_id for row in kept}), names)


def _series(
    rows: Iterable[Any], layouts: Mapping[int, Layout], names: Collection[str] | None
) -> tuple[Series, ...]:
    points: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[tuple[datetime, float]]] = {}
    positions: dict[int, list[tuple[int, list[tuple[datetime, float]]]]] = {}
    for layout_id, known in layouts.items():
        wanted = []
        for position, channel in enumerate(known.channels):
            if names is None or channel.name in names:
                key = (channel.name, channel.unit, tuple(sorted(channel.attributes.items())))
                wanted.append((position, points.setdefault(key, [])))
        positions[layout_id] = wanted
    for row in rows:
        values = unpack(row.packed)
        for position, line in positions.get(row.layout_id, ()):
            if position < len(values) and not isnan(values[position]):
                line.append((row.taken_at, values[position]))
    return tuple(
        Series(name, unit, dict(attributes), tuple(line))
        for (name, unit, attributes), line in points.items()
        if line
    )


async def latest_snapshot(connection: AsyncConnection, machine_id: UUID) -> Snapshot | None:
    """The newest one; None for a machine that never sent any."""
    query = (
        select(snapshots_table)
        .where(snapshots_table.c.machine_id == machine_id)
        .order_by(snapshots_table.c.taken_at.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    known = (await _layouts(connection, [row.layout_id]))[row.layout_id]
    return Snapshot(row.taken_at, known, unpack(row.packed), row.gaps or {})


async def prune_snapshots(connection: AsyncConnection, before: datetime, limit: int = 5_000) -> int:
    """Drops at most `limit` snapshots older than `before`; how many it dropped."""
    old = select(snapshots_table.c.id).where(snapshots_table.c.taken_at < before).limit(limit)
    done = await connection.execute(delete(snapshots_table).where(snapshots_table.c.id.in_(old)))
    return done.rowcount
