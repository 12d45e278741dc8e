"""Tables and queries of customers, sites, machines and their history.

Queries that doors want from the rooms inside this one (snapshots, findings) are offered here too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.fleet.customer import Customer, Site
from controller.fleet.intake.store import finding, open_findings
from controller.fleet.machine import GoodbyeReason, Greeting, Machine, MachineEvent, MachineRole
from controller.fleet.series.store import latest_snapshot, snapshots_between
from controller.storage import UtcDateTime, metadata

__all__ = ["finding", "latest_snapshot", "open_findings", "snapshots_between"]

customers_table = Table(
    "customers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("language", String(2), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("contact_name", String(255), nullable=False),
    Column("contact_email", String(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

sites_table = Table(
    "sites",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("name", String(255), nullable=False),
    UniqueConstraint("customer_id", "name"),
)

machines_table = Table(
    "machines",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False, index=True),
    Column("site_id", ForeignKey("sites.id")),
    Column("name", String(255), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("host_name", Text, nullable=False, default=""),
    Column("os_name", Text, nullable=False, default=""),
    Column("os_version", Text, nullable=False, default=""),
    Column("architecture", Text, nullable=False, default=""),
    Column("agent_version", Text, nullable=False, default=""),
    Column("watches", JSON, nullable=False, default=list),
    Column("boot_id", Text, nullable=False, default=""),
    Column("boot_at", UtcDateTime),
    Column("enrolled_at", UtcDateTime, nullable=False),
    Column("banned_at", UtcDateTime),
    Column("ban_reason", Text, nullable=False, default=""),
    Column("connected", Boolean, nullable=False, default=False),
    Column("connected_at", UtcDateTime),
    Column("last_seen_at", UtcDateTime),
    Column("clock_offset_s", Float, nullable=False, default=0.0),
    Column("goodbye_reason", String(16)),
    Column("goodbye_at", UtcDateTime),
    Column("expected_return_at", UtcDateTime),
    Column("silent_since", UtcDateTime),
    Column("silent_finding_id", Uuid),
    Column("abilities", JSON, nullable=False, default=list),
    Column("past_boots", JSON, nullable=False, default=list),
    Column("quarantined_at", UtcDateTime),
    Column("quarantine_reason", Text, nullable=False, default=""),
)

_watched = machines_table.c.role != MachineRole.LAB.value

# SQLite only numbers rows by itself in an INTEGER primary key.
_row_number = BigInteger().with_variant(Integer, "sqlite")

machine_events_table = Table(
    "machine_events",
    metadata,
    Column("id", _row_number, primary_key=True, autoincrement=True),
    Column("machine_id", ForeignKey("machines.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("facts", JSON, nullable=False),
    Index(None, "machine_id", "kind", "at"),
)


def _customer(row: Row[Any]) -> Customer:
    return Customer(**row._mapping)


def _machine(row: Row[Any]) -> Machine:
    found: dict[str, Any] = dict(row._mapping)
    found["role"] = MachineRole(found["role"])
    found["watches"] = tuple(found["watches"])
    found["abilities"] = tuple(found["abilities"])
    found["past_boots"] = tuple(found["past_boots"])
    reason = found["goodbye_reason"]
    found["goodbye_reason"] = GoodbyeReason(reason) if reason else None
    return Machine(**found)


async def customers(connection: AsyncConnection) -> tuple[Customer, ...]:
    """All, by name."""
    rows = await connection.execute(select(customers_table).order_by(customers_table.c.name))
    return tuple(_customer(row) for row in rows)


async def customer(connection: AsyncConnection, customer_id: UUID) -> Customer | None:
    rows = await connection.execute(select(customers_table).where(customers_table.c.id == customer_id))
    row = rows.first()
    return _customer(row) if row else None


async def customer_names(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await connection.execute(
        select(customers_table.c.id, customers_table.c.name).where(customers_table.c.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


async def machine_names(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, str]:
    rows = await connection.execute(
        select(machines_table.c.id, machines_table.c.name).where(machines_table.c.id.in_(ids))
    )
    return {row.id: row.name for row in rows}


async def customer_named(connection: AsyncConnection, name: str) -> Customer | None:
    rows = await connection.execute(select(customers_table).where(customers_table.c.name == name))
    row = rows.first()
    return _customer(row) if row else None


async def sites(connection: AsyncConnection, customer_id: UUID | None = None) -> tuple[Site, ...]:
    """A customer's (or everybody's), by name."""
    query = select(sites_table).order_by(sites_table.c.name)
    if customer_id is not None:
        query = query.where(sites_table.c.customer_id == customer_id)
    return tuple(Site(**row._mapping) for row in await connection.execute(query))


async def site(connection: AsyncConnection, site_id: UUID) -> Site | None:
    row = (await connection.execute(select(sites_table).where(sites_table.c.id == site_id))).first()
    return Site(**row._mapping) if row else None


async def machines(connection: AsyncConnection, customer_id: UUID | None = None) -> tuple[Machine, ...]:
    """A customer's (or everybody's) watched ones, by name, the banned ones too."""
    query = select(machines_table).where(_watched).order_by(machines_table.c.name)
    if customer_id is not None:
        query = query.where(machines_table.c.customer_id == customer_id)
    return tuple(_machine(row) for row in await connection.execute(query))


async def labs(connection: AsyncConnection) -> tuple[Machine, ...]:
    """Engineers' benches, by name, the banned ones too."""
    query = select(machines_table).where(~_watched).order_by(machines_table.c.name)
    return tuple(_machine(row) for row in await connection.execute(query))


async def machine(connection: AsyncConnection, machine_id: UUID) -> Machine | None:
    row = (await connection.execute(select(machines_table).where(machines_table.c.id == machine_id))).first()
    return _machine(row) if row else None


async def machine_named(connection: AsyncConnection, name: str) -> Machine | None:
    row = (await connection.execute(select(machines_table).where(machines_table.c.name == name))).first()
    return _machine(row) if row else None


async def names_like(connection: AsyncConnection, name: str) -> frozenset[str]:
    """Names already given that are `name` or `name-` and more."""
    column = machines_table.c.name
    query = select(column).where(or_(column == name, column.startswith(f"{name}-", autoescape=True)))
    return frozenset((await connection.execute(query)).scalars())


@dataclass(frozen=True, slots=True)
class LastWord:
    """What a machine's row says of when it was heard. `is_silent`: judged so; `is_away`: it said goodbye."""

    machine_id: UUID
    customer_id: UUID
    site_id: UUID | None
    last_seen_at: datetime
    is_silent: bool
    is_away: bool

    @property
    def is_expected(self) -> bool:
        return not self.is_silent and not self.is_away


async def last_words(connection: AsyncConnection) -> tuple[LastWord, ...]:
    """Of all watched machines that were heard once and are not banned."""
    table = machines_table.c
    query = select(
        table.id,
        table.customer_id,
        table.site_id,
        table.last_seen_at,
        table.silent_since.is_not(None),
        table.goodbye_at.is_not(None),
    ).where(_watched, table.banned_at.is_(None), table.last_seen_at.is_not(None))
    return tuple(LastWord(*row) for row in await connection.execute(query))


async def machines_of(connection: AsyncConnection, ids: Collection[UUID]) -> tuple[Machine, ...]:
    """Those of these ids, in order of id."""
    found: list[Machine] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        query = select(machines_table).where(machines_table.c.id.in_(wanted[start : start + 500]))
        rows = await connection.execute(query.order_by(machines_table.c.id))
        found.extend(_machine(row) for row in rows)
    return tuple(found)


async def mark_silent(
    connection: AsyncConnection, machine_id: UUID, since: datetime, finding_id: UUID
) -> bool:
    """False when another process was first: the silence is told once."""
    table = machines_table.c
    statement = (
        update(machines_table)
        .where(table.id == machine_id, table.silent_since.is_(None))
        .values(connected=False, silent_since=since, silent_finding_id=finding_id)
        .returning(table.id)
    )
    return (await connection.execute(statement)).first() is not None


async def in_quarantine(connection: AsyncConnection, machine_ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these two machines may be speaking for."""
    query = select(machines_table.c.id).where(
        machines_table.c.id.in_(machine_ids), machines_table.c.quarantined_at.is_not(None)
    )
    return frozenset((await connection.execute(query)).scalars())


async def banned_since(connection: AsyncConnection, instant: datetime) -> frozenset[UUID]:
    query = select(machines_table.c.id).where(machines_table.c.banned_at >= instant)
    return frozenset((await connection.execute(query)).scalars())


async def history(
    connection: AsyncConnection, machine_id: UUID, limit: int = 100
) -> tuple[MachineEvent, ...]:
    """A machine's history, newest first."""
    table = machine_events_table.c
    query = (
        select(table.machine_id, table.at, table.recorded_at, table.kind, table.facts)
        .where(table.machine_id == machine_id)
        .order_by(table.at.desc(), table.id.desc())
        .limit(limit)
    )
    return tuple(MachineEvent(**row._mapping) for row in await connection.execute(query))


async def first_event_after(
    connection: AsyncConnection, machine_id: UUID, kind: str, instant: datetime
) -> datetime | None:
    """When the machine's first event of that kind at or after `instant` happened."""
    table = machine_events_table.c
    query = select(func.min(table.at)).where(
        table.machine_id == machine_id, table.kind == kind, table.at >= instant
    )
    found = (await connection.execute(query)).scalar()
    return found if isinstance(found, datetime) else None


async def add_customer(connection: AsyncConnection, made: Customer) -> None:
    await connection.execute(
        insert(customers_table).values(
            id=made.id,
            name=made.name,
            language=made.language,
            zone=made.zone,
            contact_name=made.contact_name,
            contact_email=made.contact_email,
            created_at=made.created_at,
        )
    )


async def save_customer(connection: AsyncConnection, changed: Customer) -> None:
    await connection.execute(
        update(customers_table)
        .where(customers_table.c.id == changed.id)
        .values(
            language=changed.language,
            zone=changed.zone,
            contact_name=changed.contact_name,
            contact_email=changed.contact_email,
        )
    )


async def add_site(connection: AsyncConnection, made: Site) -> None:
    await connection.execute(
        insert(sites_table).values(id=made.id, customer_id=made.customer_id, name=made.name)
    )


async def add_machine(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    await connection.execute(insert(machines_table).values(**values))


async def change_machine(connection: AsyncConnection, machine_id: UUID, **values: Any) -> None:
    await connection.execute(update(machines_table).where(machines_table.c.id == machine_id).values(**values))


async def greeted(connection: AsyncConnection, machine_id: UUID, greeting: Greeting, at: datetime) -> None:
    """The agent is back: its own facts are noted, and its goodbye is over."""
    await change_machine(
        connection,
        machine_id,
        host_name=greeting.host_name,
        os_name=greeting.os_name,
        os_version=greeting.os_version,
        architecture=greeting.architecture,
        agent_version=greeting.agent_version,
        watches=list(greeting.watches),
        abilities=list(greeting.abilities),
        boot_id=greeting.boot_id,
        boot_at=greeting.boot_at,
        clock_offset_s=greeting.offset.total_seconds(),
        connected=True,
        connected_at=at,
        last_seen_at=at,
        goodbye_reason=None,
        goodbye_at=None,
        expected_return_at=None,
    )


async def seen(connection: AsyncConnection, heard: Iterable[tuple[UUID, datetime]]) -> None:
    """In order of id, so that two units never wait for each other."""
    rows = [{"machine": machine_id, "heard": at} for machine_id, at in sorted(heard)]
    if rows:
        statement = update(machines_table).where(machines_table.c.id == bindparam("machine"))
        await connection.execute(statement.values(last_seen_at=bindparam("heard")), rows)


async def left(connection: AsyncConnection, machine_ids: Collection[UUID]) -> None:
    rows = [{"machine": machine_id} for machine_id in sorted(machine_ids)]
    if rows:
        statement = update(machines_table).where(machines_table.c.id == bindparam("machine"))
        await connection.execute(statement.values(connected=False), rows)


async def forget_connections(connection: AsyncConnection) -> None:
    """After a start nobody is connected, whatever a crash left in the rows."""
    await connection.execute(update(machines_table).where(machines_table.c.connected).values(connected=False))


async def remember(connection: AsyncConnection, events: Iterable[MachineEvent]) -> None:
    """Append to the machines' histories."""
    rows = [
        {
            "machine_id": e.machine_id,
            "at": e.at,
            "recorded_at": e.recorded_at,
            "kind": e.kind,
            "facts": dict(e.facts),
        }
        for e in events
    ]
    if rows:
        await connection.execute(insert(machine_events_table), rows)
