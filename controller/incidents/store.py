"""Tables and queries of incidents, their timelines and the findings that belong to them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    Uuid,
    and_,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.actor import ActorKind
from controller.core.severity import Severity
from controller.incidents.case import CaseState, Incident
from controller.incidents.timeline import Entry, EntryKind
from controller.storage import UtcDateTime, metadata
from controller.storage.inserts import inserting

_IDS_AT_ONCE = 1_000
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
    Index(None, "machine_id", "rule"),
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

findings_table = Table(
    "incident_findings",
    metadata,
    Column("finding_id", Uuid, primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("began_at", UtcDateTime, nullable=False),
    Column("cleared_at", UtcDateTime),
)


def _incident(row: Row[Any]) -> Incident:
    found: dict[str, Any] = dict(row._mapping)
    found["severity"] = Severity(found["severity"])
    found["state"] = CaseState(found["state"])
    return Incident(**found)


def _entry(row: Row[Any]) -> Entry:
    found: dict[str, Any] = dict(row._mapping)
    del found["position"]
    found["kind"] = EntryKind(found["kind"])
    found["actor_kind"] = ActorKind(found["actor_kind"])
    return Entry(**found)


async def incident(connection: AsyncConnection, incident_id: UUID, *, lock: bool = False) -> Incident | None:
    """With `lock` nobody else changes it before this transaction ends."""
    query = select(incidents_table).where(incidents_table.c.id == incident_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).first()
    return _incident(row) if row else None


async def incident_numbered(connection: AsyncConnection, number: int) -> Incident | None:
    """The one that people call INC-`number`."""
    if not 0 < number < 2**31:
        return None
    row = (
        await connection.execute(select(incidents_table).where(incidents_table.c.number == number))
    ).first()
    return _incident(row) if row else None


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
    return tuple(_incident(row) for row in rows)


async def count(connection: AsyncConnection) -> dict[CaseState, int]:
    """How many there are in each state; a state without any is 0."""
    rows = await connection.execute(
        select(incidents_table.c.state, func.count()).group_by(incidents_table.c.state)
    )
    found = {CaseState(name): number for name, number in rows}
    return {state: found.get(state, 0) for state in CaseState}


async def open_ids(connection: AsyncConnection) -> tuple[UUID, ...]:
    """Every incident whose clocks may still run, the oldest first."""
    rows = await connection.execute(
        select(incidents_table.c.id)
        .where(incidents_table.c.state == CaseState.OPEN.value)
        .order_by(incidents_table.c.number)
    )
    return tuple(rows.scalars())


async def timeline(connection: AsyncConnection, incident_id: UUID) -> tuple[Entry, ...]:
    """Every entry, in the order in which they were written."""
    rows = await connection.execute(
        select(entries_table)
        .where(entries_table.c.incident_id == incident_id)
        .order_by(entries_table.c.position)
    )
    return tuple(_entry(row) for row in rows)


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
    return _incident(row) if row else None


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
    return tuple(_incident(row) for row in rows)


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


async def append(connection: AsyncConnection, entry: Entry) -> None:
    """Entries are never changed and never removed."""
    await connection.execute(
        insert(entries_table).values(
            id=entry.id,
            incident_id=entry.incident_id,
            kind=entry.kind.value,
            at=entry.at,
            recorded_at=entry.recorded_at,
            actor_kind=entry.actor_kind.value,
            actor_name=entry.actor_name,
            actor_id=entry.actor_id,
            for_customer=entry.for_customer,
            auto=entry.auto,
            severity=entry.severity,
            level=entry.level,
            channel=entry.channel,
            reason=entry.reason,
            body=entry.body,
            facts=dict(entry.facts),
        )
    )


async def incident_of_finding(connection: AsyncConnection, finding_id: UUID) -> Incident | None:
    query = (
        select(incidents_table)
        .join(findings_table, findings_table.c.incident_id == incidents_table.c.id)
        .where(findings_table.c.finding_id == finding_id)
    )
    row = (await connection.execute(query)).first()
    return _incident(row) if row else None


async def finding_cleared_at(connection: AsyncConnection, finding_id: UUID) -> datetime | None:
    """None while it lasts, or when it is not known."""
    found: datetime | None = await connection.scalar(
        select(findings_table.c.cleared_at).where(findings_table.c.finding_id == finding_id)
    )
    return found


async def add_finding(
    connection: AsyncConnection, finding_id: UUID, incident_id: UUID, began_at: datetime
) -> None:
    """An agent that restates it after a clear (it was cleared by mistake) makes it last again."""
    await connection.execute(
        inserting(connection, findings_table)
        .values(finding_id=finding_id, incident_id=incident_id, began_at=began_at, cleared_at=None)
        .on_conflict_do_update(
            index_elements=[findings_table.c.finding_id],
            set_={"incident_id": incident_id, "cleared_at": None},
        )
    )


async def clear_findings(connection: AsyncConnection, incident_id: UUID, at: datetime) -> None:
    """All that still last: there is one symptom for each identity, and its latest word counts."""
    await connection.execute(
        update(findings_table)
        .where(findings_table.c.incident_id == incident_id, findings_table.c.cleared_at.is_(None))
        .values(cleared_at=at)
    )


async def last_heard_at(connection: AsyncConnection, incident_id: UUID) -> datetime:
    """When the newest finding of an incident began, on our clock; long ago when it has none."""
    found: datetime | None = await connection.scalar(
        select(func.max(findings_table.c.began_at)).where(findings_table.c.incident_id == incident_id)
    )
    return found or datetime(1970, 1, 1, tzinfo=UTC)
