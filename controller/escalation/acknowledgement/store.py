"""Rounds of acknowledgement: one open at most for each incident."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    Uuid,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.escalation.acknowledgement.round import About, Ended, Round, Step, Told
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting
from controller.storage.many import add_many, among

rounds_table = Table(
    "acknowledgement_rounds",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("about", String(16), nullable=False),
    Column("level", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("wait_s", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    # [[recipient's id, name], ...]
    Column("told", JSON, nullable=False),
    Column("due", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("ended", String(16)),
    Column("ended_by", Text, nullable=False),
    Index(None, "incident_id", "asked_at"),
)
Index(
    "uq_acknowledgement_rounds_open",
    rounds_table.c.incident_id,
    unique=True,
    sqlite_where=rounds_table.c.ended_at.is_(None),
    postgresql_where=rounds_table.c.ended_at.is_(None),
)


async def save(connection: AsyncConnection, one: Round) -> None:
    """A new row, or how an old one stands now. Raises IntegrityError when another is open."""
    await connection.execute(
        inserting(connection, rounds_table)
        .values(_values(one))
        .on_conflict_do_update(index_elements=[rounds_table.c.id], set_=_changing(one))
    )


async def add_all(connection: AsyncConnection, rounds: Iterable[Round]) -> None:
    """New rows. Raises IntegrityError when another is open for one of the incidents."""
    rows = [_values(one) for one in rounds]
    await add_many(connection, rounds_table, rows)


def _values(one: Round) -> dict[str, Any]:
    return {
        "id": one.id,
        "incident_id": one.incident_id,
        "about": one.about.value,
        "level": one.level,
        "asked_at": one.asked_at,
        "wait_s": round(one.wait.total_seconds()),
        **_changing(one),
    }


def _changing(one: Round) -> dict[str, Any]:
    return {
        "step": one.step.value,
        "told": [[told.id, told.name] for told in one.told],
        "due": one.due,
        "ended_at": one.ended_at,
        "ended": one.ended.value if one.ended else None,
        "ended_by": one.ended_by,
    }


async def waiting(connection: AsyncConnection, incident_id: UUID) -> Round | None:
    """The open round, if there is one."""
    return (await all_waiting(connection, (incident_id,))).get(incident_id)


async def all_waiting(connection: AsyncConnection, incident_ids: Collection[UUID]) -> dict[UUID, Round]:
    """The open rounds of these, by incident."""
    rows = await connection.execute(
        select(rounds_table).where(
            among(connection, rounds_table.c.incident_id, incident_ids), rounds_table.c.ended_at.is_(None)
        )
    )
    return {row.incident_id: _round(row) for row in rows}


async def unfinished(connection: AsyncConnection) -> tuple[Round, ...]:
    """Every open round after which somebody is still to be told."""
    rows = await connection.execute(
        select(rounds_table).where(rounds_table.c.ended_at.is_(None), rounds_table.c.due.is_not(None))
    )
    return tuple(_round(row) for row in rows)


async def rounds(connection: AsyncConnection, incident_id: UUID) -> tuple[Round, ...]:
    """All of an incident, the first asked first."""
    rows = await connection.execute(
        select(rounds_table)
        .where(rounds_table.c.incident_id == incident_id)
        .order_by(rounds_table.c.asked_at, rounds_table.c.id)
    )
    return tuple(_round(row) for row in rows)


async def end(connection: AsyncConnection, incident_id: UUID, at: datetime, how: Ended, by: str) -> bool:
    """Ends the open round. False when there was none."""
    changed = await connection.execute(
        update(rounds_table)
        .where(rounds_table.c.incident_id == incident_id, rounds_table.c.ended_at.is_(None))
        .values(ended_at=at, ended=how.value, ended_by=by, due=None)
    )
    return bool(changed.rowcount)


async def end_all(
    connection: AsyncConnection, incident_ids: Collection[UUID], at: datetime, how: Ended
) -> None:
    """The open rounds of all these."""
    await connection.execute(
        update(rounds_table)
        .where(among(connection, rounds_table.c.incident_id, incident_ids), rounds_table.c.ended_at.is_(None))
        .values(ended_at=at, ended=how.value, ended_by="", due=None)
    )


def _round(row: Row[Any]) -> Round:
    return Round(
        id=row.id,
        incident_id=row.incident_id,
        about=About(row.about),
        level=row.level,
        asked_at=row.asked_at,
        wait=timedelta(seconds=row.wait_s),
        step=Step(row.step),
        told=tuple(Told(*pair) for pair in row.told),
        due=row.due,
        ended_at=row.ended_at,
        ended=Ended(row.ended) if row.ended else None,
        ended_by=row.ended_by,
    )
