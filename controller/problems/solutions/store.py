"""Rows of solutions. A version's words are never changed; its approval is written beside them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, Uuid, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.problems.problem import Solution
from controller.storage import UtcDateTime, metadata

solutions_table = Table(
    "problem_solutions",
    metadata,
    # Order of writing: the last of a language is the one that counts.
    Column("position", Integer, primary_key=True, autoincrement=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("problem_id", ForeignKey("problems.id"), nullable=False),
    Column("language", String(2), nullable=False),
    Column("text", Text, nullable=False),
    Column("steps", Text, nullable=False),
    Column("writer_id", Uuid),
    Column("writer_name", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("approver_id", Uuid),
    Column("approver_name", Text, nullable=False),
    Column("approved_at", UtcDateTime),
    Index(None, "problem_id", "language", "position"),
)
_columns = [column for column in solutions_table.c if column.name != "position"]


async def add_solution(connection: AsyncConnection, made: Solution) -> None:
    await connection.execute(
        insert(solutions_table).values(
            id=made.id,
            problem_id=made.problem_id,
            language=made.language,
            text=made.text,
            steps=made.steps,
            writer_id=made.writer_id,
            writer_name=made.writer_name,
            written_at=made.written_at,
            approver_id=made.approver_id,
            approver_name=made.approver_name,
            approved_at=made.approved_at,
        )
    )


async def solutions(connection: AsyncConnection, problem_id: UUID) -> dict[str, Solution]:
    """Language -> its newest version."""
    rows = await connection.execute(
        select(*_columns)
        .where(solutions_table.c.problem_id == problem_id)
        .order_by(solutions_table.c.position)
    )
    return {row.language: Solution(**row._mapping) for row in rows}


async def solution(connection: AsyncConnection, solution_id: UUID) -> Solution | None:
    row = (await connection.execute(select(*_columns).where(solutions_table.c.id == solution_id))).first()
    return Solution(**row._mapping) if row else None


async def approved_solution(connection: AsyncConnection, problem_id: UUID, language: str) -> Solution | None:
    """The newest version that a second person has approved."""
    row = (
        await connection.execute(
            select(*_columns)
            .where(
                solutions_table.c.problem_id == problem_id,
                solutions_table.c.language == language,
                solutions_table.c.approved_at.is_not(None),
            )
            .order_by(solutions_table.c.position.desc())
            .limit(1)
        )
    ).first()
    return Solution(**row._mapping) if row else None


async def approve_solutions(
    connection: AsyncConnection,
    solution_ids: Collection[UUID],
    approver_id: UUID,
    approver_name: str,
    at: datetime,
) -> None:
    """The first approval stays."""
    if solution_ids:
        await connection.execute(
            update(solutions_table)
            .where(solutions_table.c.id.in_(solution_ids), solutions_table.c.approved_at.is_(None))
            .values(approver_id=approver_id, approver_name=approver_name, approved_at=at)
        )
