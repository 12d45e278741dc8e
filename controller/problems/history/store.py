"""Rows of the history. They are never changed and never removed."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.problems.problem import Chapter
from controller.storage import UtcDateTime, metadata

chapters_table = Table(
    "problem_history",
    metadata,
    # Order of writing, which instants alone do not tell.
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("problem_id", ForeignKey("problems.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "problem_id", "position"),
)


async def remember(connection: AsyncConnection, chapter: Chapter) -> None:
    await connection.execute(
        insert(chapters_table).values(
            id=chapter.id,
            problem_id=chapter.problem_id,
            kind=chapter.kind,
            at=chapter.at,
            actor_name=chapter.actor_name,
            facts=chapter.facts,
            body=chapter.body,
        )
    )


async def chapters(connection: AsyncConnection, problem_id: UUID) -> tuple[Chapter, ...]:
    """In the order in which they were written."""
    rows = await connection.execute(
        select(chapters_table)
        .where(chapters_table.c.problem_id == problem_id)
        .order_by(chapters_table.c.position)
    )
    found: list[Chapter] = []
    for row in rows:
        values: dict[str, Any] = dict(row._mapping)
        del values["position"]
        found.append(Chapter(**values))
    return tuple(found)
