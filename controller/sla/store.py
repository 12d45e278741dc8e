"""Versions of plans. The one in force when an incident was opened governs it for good (contract.md T14)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Table, Text, Uuid, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.core.errors import NotFound
from controller.sla.plan import Plan
from controller.sla.plan_file import read_plan
from controller.storage import UtcDateTime, metadata

plan_versions_table = Table(
    "plan_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Without a customer: for all who have none of their own.
    Column("customer_id", ForeignKey("customers.id")),
    Column("effective_from", UtcDateTime, nullable=False),
    # TOML as it was written: what was promised is kept word by word.
    Column("document", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "customer_id", "effective_from"),
)


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """`version` is how people call it: the day from which it is in force."""

    id: UUID
    customer_id: UUID | None
    effective_from: datetime
    plan: Plan

    @property
    def version(self) -> str:
        return self.effective_from.date().isoformat()


@lru_cache(maxsize=256)
def _read(_version_id: UUID, document: str) -> Plan:
    """Versions never change, so each is read once; its calendars stay filled."""
    return read_plan(document, {})


async def add(connection: AsyncConnection, version: PlanVersion, document: str, created_at: datetime) -> None:
    await connection.execute(
        insert(plan_versions_table).values(
            id=version.id,
            customer_id=version.customer_id,
            effective_from=version.effective_from,
            document=document,
            created_at=created_at,
        )
    )


async def any_version(connection: AsyncConnection) -> bool:
    return (await connection.execute(select(plan_versions_table.c.id).limit(1))).first() is not None


async def versions(connection: AsyncConnection) -> tuple[PlanVersion, ...]:
    """Every one; they are few, since each is a contract somebody signed."""
    rows = await connection.execute(select(plan_versions_table))
    return tuple(
        PlanVersion(row.id, row.customer_id, row.effective_from, _read(row.id, row.document)) for row in rows
    )


def chosen(known: Iterable[PlanVersion], customer_id: UUID, at: datetime) -> PlanVersion:
    """The customer's own at that instant, else everybody's, the latest of them. Raises `NotFound`."""
    fitting = [
        version
        for version in known
        if version.effective_from <= at and version.customer_id in (customer_id, None)
    ]
    if not fitting:
        raise NotFound("plan in force at", at.isoformat())
    return max(fitting, key=lambda version: (version.customer_id is not None, version.effective_from))


async def in_force(connection: AsyncConnection, customer_id: UUID, at: datetime) -> PlanVersion:
    """Raises `NotFound` before `seed_default_plan` has run."""
    return chosen(await versions(connection), customer_id, at)
