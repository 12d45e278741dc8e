"""What the engine has done for which incident: the index that keeps it from doing anything twice."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    Table,
    Text,
    cast,
    exists,
    func,
    literal,
    select,
    type_coerce,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.incidents.case import CaseState
from controller.incidents.store import incidents_table
from controller.storage import UtcDateTime, metadata
from controller.storage.many import add_many, among
from controller.timers.store import timers

# How the parts of an id lie in 32 digits.
_UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))

steps_table = Table(
    "escalation_steps",
    metadata,
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column("done_at", UtcDateTime, nullable=False),
)


async def without_timer(
    connection: AsyncConnection, kind: str, after: int, limit: int
) -> tuple[tuple[int, UUID], ...]:
    """Open incidents that lack a timer with the key `<kind>:<id>`: number and id, by number, from `after` on.

    The database compares: a million incidents take it a second, and this process nothing.
    """
    if connection.dialect.name == "sqlite":
        plain = type_coerce(incidents_table.c.id, Text)
        parts = [func.substr(plain, start, length) for start, length in _UUID_PARTS]
        key = (
            literal(f"{kind}:") + parts[0] + "-" + parts[1] + "-" + parts[2] + "-" + parts[3] + "-" + parts[4]
        )
    else:
        key = literal(f"{kind}:") + cast(incidents_table.c.id, Text)
    rows = await connection.execute(
        select(incidents_table.c.number, incidents_table.c.id)
        .where(
            incidents_table.c.state == CaseState.OPEN.value,
            incidents_table.c.number > after,
            ~exists().where(timers.c.key == key),
        )
        .order_by(incidents_table.c.number)
        .limit(limit)
    )
    return tuple((number, incident_id) for number, incident_id in rows)


async def done(connection: AsyncConnection, incident_id: UUID) -> set[str]:
    rows = await connection.execute(select(steps_table.c.key).where(steps_table.c.incident_id == incident_id))
    return set(rows.scalars())


async def done_for(connection: AsyncConnection, incident_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """`done` of each of them."""
    found: dict[UUID, set[str]] = {incident_id: set() for incident_id in incident_ids}
    rows = await connection.execute(
        select(steps_table.c.incident_id, steps_table.c.key).where(
            among(connection, steps_table.c.incident_id, found)
        )
    )
    for incident_id, key in rows:
        found[incident_id].add(key)
    return found


async def mark_done(connection: AsyncConnection, steps: Iterable[tuple[UUID, str]], at: datetime) -> None:
    """Raises IntegrityError when one was done before: then all that came with it is undone."""
    rows = [{"incident_id": incident_id, "key": key, "done_at": at} for incident_id, key in steps]
    await add_many(connection, steps_table, rows)
