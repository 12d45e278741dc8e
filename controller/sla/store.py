"""Versions of plans and calendars. Those in force when an incident was opened govern it for good (T14).

Rows are added and never changed; one that was withdrawn before it was in force is kept, and left out.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Table,
    Text,
    Uuid,
    bindparam,
    cast,
    insert,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from controller.sla.calendar import Calendar
from controller.sla.holiday import Holidays
from controller.sla.plan import Plan
from controller.sla.plan_file import read_calendar, read_plan
from controller.sla.versions.version import Book, CalendarVersion, Governing, PlanVersion, Version
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
    Column("created_by", Text, nullable=False, server_default=""),
    Column("withdrawn_at", UtcDateTime),
    Index(None, "customer_id", "effective_from"),
)
calendar_versions_table = Table(
    "calendar_versions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("customer_id", ForeignKey("customers.id")),
    Column("name", Text, nullable=False),
    Column("effective_from", UtcDateTime, nullable=False),
    Column("document", Text, nullable=False),
    # The country's days of many years as they were known when it was added, as JSON: no later edition of the
    # library moves a deadline. "" without a country.
    Column("holidays", Text, nullable=False, server_default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False, server_default=""),
    Column("withdrawn_at", UtcDateTime),
    Index(None, "customer_id", "name", "effective_from"),
)
_PLANS, _CALENDARS = plan_versions_table.c, calendar_versions_table.c


@lru_cache(maxsize=1024)
def _read_plan(_version_id: UUID, document: str, effective_from: datetime) -> Plan:
    """Versions never change, so each is read once. Its calendars were looked for when it was added."""
    return replace(read_plan(document, None), effective_from=effective_from)


@lru_cache(maxsize=1024)
def _read_calendar(_version_id: UUID, document: str, holidays: str) -> Calendar:
    """Read once, so that its open intervals, once laid out, stay."""
    calendar = read_calendar(document, is_kept=True).calendar
    return replace(calendar, holidays=_settled(calendar.holidays, holidays)) if holidays else calendar


def _settled(days: Holidays, written: str) -> Holidays:
    kept = json.loads(written)
    return replace(
        days, settled=frozenset(map(date.fromisoformat, kept["days"])), settled_from=kept["from"],
        settled_until=kept["until"],
    )  # fmt: skip


def _settled_written(days: Holidays) -> str:
    if not days.settled_until:
        return ""
    listed = sorted(day.isoformat() for day in days.settled)
    return json.dumps({"from": days.settled_from, "until": days.settled_until, "days": listed})


async def add(connection: AsyncConnection, version: Version, created_at: datetime) -> None:
    values = {
        "id": version.id,
        "customer_id": version.customer_id,
        "effective_from": version.effective_from,
        "document": version.document,
        "created_at": created_at,
        "created_by": version.created_by,
    }
    if isinstance(version, CalendarVersion):
        values["holidays"] = _settled_written(version.calendar.holidays)
        await connection.execute(insert(calendar_versions_table).values(name=version.name, **values))
    else:
        await connection.execute(insert(plan_versions_table).values(values))


async def withdraw(connection: AsyncConnection, version: Version, at: datetime) -> None:
    """The caller has seen that it is not in force yet."""
    table = calendar_versions_table if isinstance(version, CalendarVersion) else plan_versions_table
    await connection.execute(update(table).where(table.c.id == version.id).values(withdrawn_at=at))


async def any_version(connection: AsyncConnection) -> bool:
    return (await connection.execute(select(plan_versions_table.c.id).limit(1))).first() is not None


async def versions(connection: AsyncConnection) -> Book:
    """Every one that was not withdrawn."""
    return _book((await connection.execute(_EVERY)).all())


async def in_force(connection: AsyncConnection, customer_id: UUID | None, at: datetime) -> Governing:
    """What governs that customer's incidents opened at that instant; None: customers without any plan of
    their own. Raises `NotFound` before `seed_default_plan` has run."""
    rows = (await connection.execute(_GOVERNING, {"customer": customer_id, "at": at})).all()
    return _book(rows).governing(customer_id, at)


def _both(of_plans: Sequence[ColumnElement[bool]], of_calendars: Sequence[ColumnElement[bool]]) -> Any:
    """In one query, and made once: this is read for every deadline that the engine acts on."""
    return union_all(
        select(
            _PLANS.id, _PLANS.customer_id, cast(null(), Text).label("name"), _PLANS.effective_from,
            _PLANS.document, _PLANS.created_by, cast(null(), Text).label("holidays"),
        ).where(_PLANS.withdrawn_at.is_(None), *of_plans),
        select(
            _CALENDARS.id, _CALENDARS.customer_id, _CALENDARS.name, _CALENDARS.effective_from,
            _CALENDARS.document, _CALENDARS.created_by, _CALENDARS.holidays,
        ).where(_CALENDARS.withdrawn_at.is_(None), *of_calendars),
    )  # fmt: skip


def _by_then(columns: Any) -> tuple[ColumnElement[bool], ...]:
    mine = columns.customer_id == bindparam("customer", type_=Uuid)
    return or_(columns.customer_id.is_(None), mine), columns.effective_from <= bindparam(
        "at", type_=UtcDateTime
    )


_EVERY = _both((), ())
_GOVERNING = _both(_by_then(_PLANS), _by_then(_CALENDARS))


def _book(rows: Sequence[Any]) -> Book:
    return Book(
        tuple(_plan_version(row) for row in rows if row.name is None),
        tuple(_calendar_version(row) for row in rows if row.name is not None),
    )


def _plan_version(row: Any) -> PlanVersion:
    plan = _read_plan(row.id, row.document, row.effective_from)
    return PlanVersion(row.id, row.customer_id, row.effective_from, plan, row.document, row.created_by)


def _calendar_version(row: Any) -> CalendarVersion:
    calendar = _read_calendar(row.id, row.document, row.holidays)
    return CalendarVersion(
        row.id, row.customer_id, row.name, row.effective_from, calendar, row.document, row.created_by
    )
