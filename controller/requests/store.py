"""Rows of requests and of the incidents that ask for them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Integer, Row, String, Table, Text, Uuid, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.requests.request import Asking, Request, RequestKind, RequestState
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

requests_table = Table(
    "requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("title", String(255), nullable=False),
    Column("body", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("created_by", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

asking_table = Table(
    "request_incidents",
    metadata,
    Column("request_id", ForeignKey("requests.id"), primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True, index=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("joined_by", String(255), nullable=False),
)

# One row: whoever registers a request holds it until the commit.
numbers_table = Table(
    "request_numbers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)


def _request(row: Row[Any]) -> Request:
    found: dict[str, Any] = dict(row._mapping)
    found["kind"] = RequestKind(found["kind"])
    found["state"] = RequestState(found["state"])
    return Request(**found)


async def requests(
    connection: AsyncConnection, *, state: RequestState | None = None, kind: RequestKind | None = None
) -> tuple[Request, ...]:
    """The newest first."""
    query = select(requests_table)
    if state is not None:
        query = query.where(requests_table.c.state == state.value)
    if kind is not None:
        query = query.where(requests_table.c.kind == kind.value)
    rows = await connection.execute(query.order_by(requests_table.c.number.desc()))
    return tuple(_request(row) for row in rows)


async def request(connection: AsyncConnection, request_id: UUID, *, lock: bool = False) -> Request | None:
    query = select(requests_table).where(requests_table.c.id == request_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _request(row) if row else None


async def request_numbered(connection: AsyncConnection, number: int) -> Request | None:
    """The one that people call REQ-`number`."""
    if not 0 < number < 2**31:
        return None
    row = (await connection.execute(select(requests_table).where(requests_table.c.number == number))).first()
    return _request(row) if row else None


async def of_incident(connection: AsyncConnection, incident_id: UUID) -> tuple[Request, ...]:
    """What an incident asks for, the oldest first."""
    rows = await connection.execute(
        select(requests_table)
        .join(asking_table, asking_table.c.request_id == requests_table.c.id)
        .where(asking_table.c.incident_id == incident_id)
        .order_by(requests_table.c.number)
    )
    return tuple(_request(row) for row in rows)


async def asking(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, tuple[Asking, ...]]:
    """For each of the requests the incidents that ask for it, in the order in which they joined."""
    found: dict[UUID, list[Asking]] = {request_id: [] for request_id in ids}
    if ids:
        rows = await connection.execute(
            select(asking_table)
            .where(asking_table.c.request_id.in_(ids))
            .order_by(asking_table.c.joined_at, asking_table.c.incident_id)
        )
        for row in rows:
            one = Asking(**row._mapping)
            found[one.request_id].append(one)
    return {request_id: tuple(those) for request_id, those in found.items()}


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


async def add(connection: AsyncConnection, made: Request) -> None:
    await connection.execute(
        insert(requests_table).values(
            id=made.id,
            number=made.number,
            kind=made.kind.value,
            state=made.state.value,
            title=made.title,
            body=made.body,
            reason=made.reason,
            created_by=made.created_by,
            created_at=made.created_at,
            updated_at=made.updated_at,
        )
    )


async def move(
    connection: AsyncConnection, request_id: UUID, state: RequestState, reason: str, at: datetime
) -> None:
    await connection.execute(
        update(requests_table)
        .where(requests_table.c.id == request_id)
        .values(state=state.value, reason=reason, updated_at=at)
    )


async def join(connection: AsyncConnection, made: Asking) -> bool:
    """False when that incident asks for it already."""
    added = await connection.execute(
        inserting(connection, asking_table)
        .values(
            request_id=made.request_id,
            incident_id=made.incident_id,
            customer_id=made.customer_id,
            joined_at=made.joined_at,
            joined_by=made.joined_by,
        )
        .on_conflict_do_nothing(index_elements=[asking_table.c.request_id, asking_table.c.incident_id])
        .returning(asking_table.c.request_id)
    )
    return added.first() is not None
