"""The table of incidents and its queries; those of entries and symptoms are offered here too."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    Uuid,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.severity import Severity
from controller.incidents.case import CaseState, Incident
from controller.incidents.entries.store import (
    append,
    append_all,
    entries_of_kinds,
    last_recorded,
    last_recorded_at,
    noted_late,
    ticked,
    timeline,
    timelines,
)
from controller.incidents.symptoms.store import (
    add_finding,
    clear_findings,
    finding_cleared_at,
    findings_table,
    last_heard_at,
)
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

__all__ = [
    "add_finding",
    "append",
    "append_all",
    "clear_findings",
    "entries_of_kinds",
    "finding_cleared_at",
    "last_heard_at",
    "last_recorded",
    "last_recorded_at",
    "noted_late",
    "ticked",
    "timeline",
    "timelines",
]

_one_open_each = text("state = 'open' AND machine_id IS NOT NULL AND rule <> ''")

incidents_table = Table(
    "incidents",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("site_id", ForeignKey("sites.id")),
    Column("machine_id", ForeignKey("machines.id")),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("level", Integer, nullable=False),
    Column("rule", String(255), nullable=False),
    Column("object", Text, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("summary", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
    Column("first_response_at", UtcDateTime),
    Column("owner_id", Uuid),
    Column("finding_count", Integer, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("pressing_at", UtcDateTime),
    Index(None, "machine_id", "rule"),
    Index(None, "state", "pressing_at"),
    Index(
        "uq_incidents_open_identity",
        "machine_id",
        "rule",
        "object",
        unique=True,
        sqlite_where=_one_open_each,
        postgresql_where=_one_open_each,
    ),
)

# One row. Whoever opens an incident holds it until the commit: numbers have no gaps, and two reports of one
# fault cannot both find nothing open.
numbers_table = Table(
    "incident_numbers",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)


def incident_of(row: Sequence[Any]) -> Incident:
    """A row of the table, read."""
    # By position, since hundreds are read at a time: the columns stand in the order of the fields.
    found: list[Any] = list(row)
    found[5:7] = Severity(found[5]), CaseState(found[6])
    return Incident(*found)


async def incident(connection: AsyncConnection, incident_id: UUID, *, lock: bool = False) -> Incident | None:
    """With `lock` nobody else changes it before this transaction ends."""
    query = select(incidents_table).where(incidents_table.c.id == incident_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return incident_of(row) if row else None


async def incident_numbered(connection: AsyncConnection, number: int) -> Incident | None:
    """The one that people call INC-`number`."""
    if not 0 < number < 2**31:
        return None
    row = (
        await connection.execute(select(incidents_table).where(incidents_table.c.number == number))
    ).first()
    return incident_of(row) if row else None


async def queue(
    connection: AsyncConnection,
    *,
    state: CaseState | None = None,
    level: int | None = None,
    customer_id: UUID | None = None,
    machine_id: UUID | None = None,
    severity: Severity | None = None,
    limit: int = 200,
    before: int | None = None,
) -> tuple[Incident, ...]:
    """The newest first; `before` is the number of the last one seen on the page before."""
    query = select(incidents_table)
    if state is not None:
        query = query.where(incidents_table.c.state == state.value)
    if level is not None:
        query = query.where(incidents_table.c.level == level)
    if customer_id is not None:
        query = query.where(incidents_table.c.customer_id == customer_id)
    if machine_id is not None:
        query = query.where(incidents_table.c.machine_id == machine_id)
    if severity is not None:
        query = query.where(incidents_table.c.severity == severity.value)
    if before is not None:
        query = query.where(incidents_table.c.number < before)
    rows = await connection.execute(query.order_by(incidents_table.c.number.desc()).limit(limit))
    return tuple(incident_of(row) for row in rows)


async def count(connection: AsyncConnection) -> dict[CaseState, int]:
    """How many there are in each state; a state without any is 0."""
    rows = await connection.execute(
        select(incidents_table.c.state, func.count()).group_by(incidents_table.c.state)
    )
    found = {CaseState(name): number for name, number in rows}
    return {state: found.get(state, 0) for state in CaseState}


async def count_open(connection: AsyncConnection, customer_id: UUID) -> int:
    """How many of that customer's are open."""
    query = (
        select(func.count())
        .select_from(incidents_table)
        .where(incidents_table.c.customer_id == customer_id, incidents_table.c.state == CaseState.OPEN.value)
    )
    return (await connection.execute(query)).scalar_one()


async def open_ids(connection: AsyncConnection) -> tuple[UUID, ...]:
    """Every incident whose clocks may still run, the oldest first."""
    rows = await connection.execute(
        select(incidents_table.c.id)
        .where(incidents_table.c.state == CaseState.OPEN.value)
        .order_by(incidents_table.c.number)
    )
    return tuple(rows.scalars())


async def ids_in(connection: AsyncConnection, state: CaseState) -> tuple[UUID, ...]:
    """Every incident in that state, the oldest first."""
    rows = await connection.execute(
        select(incidents_table.c.id)
        .where(incidents_table.c.state == state.value)
        .order_by(incidents_table.c.number)
    )
    return tuple(rows.scalars())


async def several(connection: AsyncConnection, ids: Collection[UUID]) -> tuple[Incident, ...]:
    """Those of them that are there, by number."""
    if not ids:
        return ()
    rows = await connection.execute(
        select(incidents_table).where(incidents_table.c.id.in_(ids)).order_by(incidents_table.c.number)
    )
    return tuple(incident_of(row) for row in rows)


async def opened_between(
    connection: AsyncConnection,
    start: datetime,
    end: datetime,
    *,
    customer_id: UUID | None = None,
    after: int = 0,
    limit: int = 1_000,
) -> tuple[Incident, ...]:
    """Opened at `start` or later and before `end`, by number; `after` is the last one of the page before."""
    query = select(incidents_table).where(
        incidents_table.c.opened_at >= start,
        incidents_table.c.opened_at < end,
        incidents_table.c.number > after,
    )
    if customer_id is not None:
        query = query.where(incidents_table.c.customer_id == customer_id)
    rows = await connection.execute(query.order_by(incidents_table.c.number).limit(limit))
    return tuple(incident_of(row) for row in rows)


async def count_opened_between(
    connection: AsyncConnection, start: datetime, end: datetime, *, customer_id: UUID | None = None
) -> int:
    query = (
        select(func.count())
        .select_from(incidents_table)
        .where(incidents_table.c.opened_at >= start, incidents_table.c.opened_at < end)
    )
    if customer_id is not None:
        query = query.where(incidents_table.c.customer_id == customer_id)
    return (await connection.execute(query)).scalar_one()


async def find_open(
    connection: AsyncConnection, machine_id: UUID, rule: str, object_name: str, *, lock: bool = False
) -> Incident | None:
    """The one a finding of that identity joins."""
    return await _of_identity(connection, machine_id, rule, object_name, CaseState.OPEN, lock)


async def find_resolved(
    connection: AsyncConnection, machine_id: UUID, rule: str, object_name: str, *, lock: bool = False
) -> Incident | None:
    """The latest of that identity that was resolved and not yet closed: a finding reopens it."""
    return await _of_identity(connection, machine_id, rule, object_name, CaseState.RESOLVED, lock)


async def _of_identity(
    connection: AsyncConnection, machine_id: UUID, rule: str, object_name: str, state: CaseState, lock: bool
) -> Incident | None:
    query = (
        select(incidents_table)
        .where(
            incidents_table.c.machine_id == machine_id,
            incidents_table.c.rule == rule,
            incidents_table.c.object == object_name,
            incidents_table.c.state == state.value,
        )
        .order_by(incidents_table.c.number.desc())
        .limit(1)
    )
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return incident_of(row) if row else None


async def find_unclosed(
    connection: AsyncConnection, customer_id: UUID, rule: str, object_name: str, *, lock: bool = False
) -> Incident | None:
    """Of a customer and of no machine: the open one of that rule and object, else the latest resolved one."""
    query = (
        select(incidents_table)
        .where(
            incidents_table.c.customer_id == customer_id,
            incidents_table.c.machine_id.is_(None),
            incidents_table.c.rule == rule,
            incidents_table.c.object == object_name,
            incidents_table.c.state != CaseState.CLOSED.value,
        )
        # "open" comes before "resolved".
        .order_by(incidents_table.c.state, incidents_table.c.number.desc())
        .limit(1)
    )
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return incident_of(row) if row else None


async def lasting(connection: AsyncConnection, machine_id: UUID) -> tuple[Incident, ...]:
    """Unclosed incidents of a machine whose symptom has not been seen to end."""
    rows = await connection.execute(
        select(incidents_table)
        .where(
            incidents_table.c.machine_id == machine_id,
            incidents_table.c.state != CaseState.CLOSED.value,
            incidents_table.c.cleared_at.is_(None),
            incidents_table.c.rule != "",
        )
        .order_by(incidents_table.c.number)
    )
    return tuple(incident_of(row) for row in rows)


async def lock_openings(connection: AsyncConnection) -> None:
    """Nobody else opens an incident before this transaction ends."""
    await connection.execute(
        inserting(connection, numbers_table)
        .values(id=1, last=0)
        .on_conflict_do_nothing(index_elements=[numbers_table.c.id])
    )
    await connection.execute(select(numbers_table.c.last).where(numbers_table.c.id == 1).with_for_update())


async def next_number(connection: AsyncConnection) -> int:
    """After `lock_openings`; given back if the transaction fails."""
    found: int | None = await connection.scalar(
        update(numbers_table)
        .where(numbers_table.c.id == 1)
        .values(last=numbers_table.c.last + 1)
        .returning(numbers_table.c.last)
    )
    assert found is not None
    return found


def _values(case: Incident) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "customer_id": case.customer_id,
        "site_id": case.site_id,
        "machine_id": case.machine_id,
        "severity": case.severity.value,
        "state": case.state.value,
        "level": case.level,
        "rule": case.rule,
        "object": case.object,
        "facts": dict(case.facts),
        "summary": case.summary,
        "opened_at": case.opened_at,
        "began_at": case.began_at,
        "cleared_at": case.cleared_at,
        "first_response_at": case.first_response_at,
        "owner_id": case.owner_id,
        "finding_count": case.finding_count,
        "updated_at": case.updated_at,
    }


async def add(connection: AsyncConnection, case: Incident) -> None:
    await connection.execute(insert(incidents_table).values(**_values(case)))


async def save(connection: AsyncConnection, case: Incident, now: datetime) -> Incident:
    """Writes the index again; returns it as it stands."""
    saved = replace(case, updated_at=now)
    await connection.execute(
        update(incidents_table).where(incidents_table.c.id == case.id).values(**_values(saved))
    )
    return saved


async def incident_of_finding(connection: AsyncConnection, finding_id: UUID) -> Incident | None:
    query = (
        select(incidents_table)
        .join(findings_table, findings_table.c.incident_id == incidents_table.c.id)
        .where(findings_table.c.finding_id == finding_id)
    )
    row = (await connection.execute(query)).first()
    return incident_of(row) if row else None
