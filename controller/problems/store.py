"""Rows of problems and their links; those of solutions and of the history are offered here too."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    Uuid,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.incidents.store import incidents_table
from controller.problems.history.store import chapters, remember
from controller.problems.problem import Link, Problem, ProblemState
from controller.problems.solutions.store import (
    add_solution,
    approve_solutions,
    approved_solution,
    solution,
    solutions,
)
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

__all__ = [
    "add_solution",
    "approve_solutions",
    "approved_solution",
    "chapters",
    "remember",
    "solution",
    "solutions",
]

problems_table = Table(
    "problems",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("state", String(32), nullable=False, index=True),
    Column("owner_id", ForeignKey("users.id")),
    Column("component", Text, nullable=False),
    Column("root_cause", Text, nullable=False),
    Column("workaround", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

links_table = Table(
    "problem_incidents",
    metadata,
    # One problem for each incident.
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("problem_id", ForeignKey("problems.id"), nullable=False, index=True),
    Column("linked_at", UtcDateTime, nullable=False),
    Column("linked_by", Text, nullable=False),
)

# One row, held until the commit: numbers have no gaps.
numbers_table = Table(
    "problem_numbers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

_links = select(
    links_table.c.incident_id,
    links_table.c.problem_id,
    incidents_table.c.customer_id,
    links_table.c.linked_at,
    links_table.c.linked_by,
).join(incidents_table, incidents_table.c.id == links_table.c.incident_id)


def _problem(row: Row[Any]) -> Problem:
    found: dict[str, Any] = dict(row._mapping)
    found["state"] = ProblemState(found["state"])
    return Problem(**found)


def _values(problem: Problem) -> dict[str, Any]:
    return {
        "id": problem.id,
        "number": problem.number,
        "title": problem.title,
        "state": problem.state.value,
        "owner_id": problem.owner_id,
        "component": problem.component,
        "root_cause": problem.root_cause,
        "workaround": problem.workaround,
        "opened_at": problem.opened_at,
        "updated_at": problem.updated_at,
    }


async def problem(connection: AsyncConnection, problem_id: UUID, *, lock: bool = False) -> Problem | None:
    """With `lock` nobody else changes it, its links or its broadcast before this transaction ends."""
    query = select(problems_table).where(problems_table.c.id == problem_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _problem(row) if row else None


async def problem_numbered(connection: AsyncConnection, number: int) -> Problem | None:
    """The one that people call PRB-`number`."""
    if not 0 < number < 2**31:
        return None
    query = select(problems_table).where(problems_table.c.number == number)
    row = (await connection.execute(query)).first()
    return _problem(row) if row else None


async def problems(
    connection: AsyncConnection, states: Collection[ProblemState] = (), limit: int = 500
) -> tuple[Problem, ...]:
    """The newest first; all when no state is named."""
    query = select(problems_table)
    if states:
        query = query.where(problems_table.c.state.in_([state.value for state in states]))
    rows = await connection.execute(query.order_by(problems_table.c.number.desc()).limit(limit))
    return tuple(_problem(row) for row in rows)


async def reach(connection: AsyncConnection) -> dict[UUID, tuple[int, int]]:
    """Problem -> (linked incidents, customers that have it); one without links is not there."""
    rows = await connection.execute(
        select(
            links_table.c.problem_id,
            func.count().label("incidents"),
            func.count(incidents_table.c.customer_id.distinct()).label("customers"),
        )
        .join(incidents_table, incidents_table.c.id == links_table.c.incident_id)
        .group_by(links_table.c.problem_id)
    )
    return {row.problem_id: (row.incidents, row.customers) for row in rows}


async def problem_of(connection: AsyncConnection, incident_id: UUID) -> Problem | None:
    """The cause of an incident, as far as it is known."""
    query = (
        select(problems_table)
        .join(links_table, links_table.c.problem_id == problems_table.c.id)
        .where(links_table.c.incident_id == incident_id)
    )
    row = (await connection.execute(query)).first()
    return _problem(row) if row else None


async def links(
    connection: AsyncConnection, problem_id: UUID, customer_id: UUID | None = None
) -> tuple[Link, ...]:
    """In order of the incidents' numbers; one customer's alone when it is named."""
    query = _links.where(links_table.c.problem_id == problem_id)
    if customer_id is not None:
        query = query.where(incidents_table.c.customer_id == customer_id)
    rows = await connection.execute(query.order_by(incidents_table.c.number))
    return tuple(Link(**row._mapping) for row in rows)


async def link_of(connection: AsyncConnection, incident_id: UUID) -> Link | None:
    row = (await connection.execute(_links.where(links_table.c.incident_id == incident_id))).first()
    return Link(**row._mapping) if row else None


async def add(connection: AsyncConnection, made: Problem) -> None:
    await connection.execute(insert(problems_table).values(**_values(made)))


async def save(connection: AsyncConnection, changed: Problem, now: datetime) -> Problem:
    saved = replace(changed, updated_at=now)
    await connection.execute(
        update(problems_table).where(problems_table.c.id == saved.id).values(**_values(saved))
    )
    return saved


async def add_link(connection: AsyncConnection, link: Link) -> bool:
    """False when the incident has a problem already."""
    added = await connection.execute(
        inserting(connection, links_table)
        .values(
            incident_id=link.incident_id,
            problem_id=link.problem_id,
            linked_at=link.linked_at,
            linked_by=link.linked_by,
        )
        .on_conflict_do_nothing(index_elements=[links_table.c.incident_id])
        .returning(links_table.c.incident_id)
    )
    return added.first() is not None


async def remove_link(connection: AsyncConnection, incident_id: UUID) -> None:
    await connection.execute(delete(links_table).where(links_table.c.incident_id == incident_id))


async def next_number(connection: AsyncConnection) -> int:
    """Given back if the transaction fails."""
    await connection.execute(
        inserting(connection, numbers_table)
        .values(id=1, last=0)
        .on_conflict_do_nothing(index_elements=[numbers_table.c.id])
    )
    found: int | None = await connection.scalar(
        update(numbers_table)
        .where(numbers_table.c.id == 1)
        .values(last=numbers_table.c.last + 1)
        .returning(numbers_table.c.last)
    )
    assert found is not None
    return found
