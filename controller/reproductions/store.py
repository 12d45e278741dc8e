"""Tables and queries of attempts."""

from collections.abc import Collection, Sequence
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
    case,
    func,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.reproductions.reproduction import Attempt, AttemptFile, Origin, Record, Tally, Verdict
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

attempts_table = Table(
    "attempts",
    metadata,
    # The lab's own: what is handed in twice is one.
    Column("id", Uuid, primary_key=True),
    Column("run_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("planned", Integer, nullable=False),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False),
    Column("lab_id", ForeignKey("machines.id")),
    Column("origin", String(16), nullable=False),
    Column("recipe", String(255), nullable=False),
    Column("recipe_sha256", String(64), nullable=False),
    Column("bench", String(255), nullable=False),
    Column("factors", JSON, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime, nullable=False),
    Column("expected", Text, nullable=False),
    Column("seen", Text, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("tried_by", String(255), nullable=False),
    Column("redactions", JSON, nullable=False),
    Column("files", JSON, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index(None, "incident_id", "started_at"),
)


def _attempt(row: Row[Any]) -> Attempt:
    found: dict[str, Any] = dict(row._mapping)
    found["origin"] = Origin(found["origin"])
    found["verdict"] = Verdict(found["verdict"])
    found["factors"] = tuple(found["factors"])
    found["files"] = tuple(AttemptFile(**file) for file in found["files"])
    return Attempt(**found)


async def add(connection: AsyncConnection, attempt: Attempt) -> bool:
    """False when it is here already."""
    added = await connection.execute(
        inserting(connection, attempts_table)
        .values(
            id=attempt.id,
            run_id=attempt.run_id,
            number=attempt.number,
            planned=attempt.planned,
            incident_id=attempt.incident_id,
            lab_id=attempt.lab_id,
            origin=attempt.origin.value,
            recipe=attempt.recipe,
            recipe_sha256=attempt.recipe_sha256,
            bench=attempt.bench,
            factors=list(attempt.factors),
            started_at=attempt.started_at,
            finished_at=attempt.finished_at,
            expected=attempt.expected,
            seen=attempt.seen,
            verdict=attempt.verdict.value,
            reason=attempt.reason,
            tried_by=attempt.tried_by,
            redactions=dict(attempt.redactions),
            files=[
                {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes}
                for file in attempt.files
            ],
            received_at=attempt.received_at,
        )
        .on_conflict_do_nothing(index_elements=[attempts_table.c.id])
        .returning(attempts_table.c.id)
    )
    return added.first() is not None


async def attempts(
    connection: AsyncConnection,
    incident_id: UUID,
    run_id: UUID | None = None,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[Attempt, ...]:
    """An incident's, or those of one run, in the order in which they were made."""
    table = attempts_table.c
    wanted = select(attempts_table).where(table.incident_id == incident_id)
    if run_id is not None:
        wanted = wanted.where(table.run_id == run_id)
    rows = await connection.execute(
        wanted.order_by(table.started_at, table.number, table.id).limit(limit).offset(offset)
    )
    return tuple(_attempt(row) for row in rows)


async def record(connection: AsyncConnection, incident_ids: Collection[UUID]) -> Record:
    """What was tried for any of them, counted by the database: a page must not read ten thousand attempts."""
    table = attempts_table.c
    # A run is made by one lab from one recipe; should one not be, its parts are told apart.
    alike = (table.run_id, table.incident_id, table.origin, table.recipe, table.bench, table.tried_by)
    first_at, last_at = func.min(table.started_at), func.max(table.finished_at)
    rows = await connection.execute(
        select(
            *alike,
            func.max(table.planned).label("planned"),
            func.count().label("attempts"),
            func.sum(case((table.verdict != Verdict.INCONCLUSIVE.value, 1), else_=0)).label("told"),
            func.sum(case((table.verdict == Verdict.REPRODUCED.value, 1), else_=0)).label("seen"),
            first_at.label("first_at"),
            last_at.label("last_at"),
        )
        .where(table.incident_id.in_(incident_ids))
        .group_by(*alike)
        .order_by(last_at.desc(), table.run_id)
    )
    return Record(tuple(_tally(row) for row in rows))


def _tally(row: Row[Any]) -> Tally:
    found: dict[str, Any] = dict(row._mapping)
    found["origin"] = Origin(found["origin"])
    return Tally(**found)


async def attempt(connection: AsyncConnection, attempt_id: UUID) -> Attempt | None:
    row = (await connection.execute(select(attempts_table).where(attempts_table.c.id == attempt_id))).first()
    return _attempt(row) if row else None


async def known(connection: AsyncConnection, attempt_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """Those of them that are here, each with its incident."""
    table = attempts_table.c
    rows = await connection.execute(select(table.id, table.incident_id).where(table.id.in_(attempt_ids)))
    return {row[0]: row[1] for row in rows}


async def count(connection: AsyncConnection, incident_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many attempts each incident has; one without any is left out."""
    table = attempts_table.c
    rows = await connection.execute(
        select(table.incident_id, func.count())
        .where(table.incident_id.in_(incident_ids))
        .group_by(table.incident_id)
    )
    return {row[0]: row[1] for row in rows}
