"""Plans over the API: list, show, add, withdraw. A plan goes in as TOML and comes out word by word."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from controller.fleet import store as fleet
from controller.sla import actions, store
from controller.sla.versions.version import Book, PlanVersion, Version
from controller.storage import Connection
from controller.web import plans as reading
from controller.web.api import shapes
from controller.web.api.peer import Here, PlanManager, Reader, Short, Words
from controller.web.plans import Listed
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1/plans")
Language = Annotated[str, Query(max_length=35)]
Json = dict[str, Any]


class NewDocument(BaseModel):
    """`customer`: a name; without it the version is for all who have none of their own."""

    model_config = ConfigDict(extra="forbid")

    document: Words
    customer: Short | None = None


class WhichPlan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: Short
    customer: Short | None = None


@router.get("")
async def listed(context: Here, _: Reader, customer: str | None = None) -> list[Json]:
    """Everybody's first; `customer`: those that may govern them, their own and everybody's."""
    async with context.storage.reading() as connection:
        wanted = await reading.customer_named(connection, customer)
        book = await store.versions(connection)
        customers = {one.id: one.name for one in await fleet.customers(connection)}
    rows = reading.listed(book.plans, customers, context.clock.now())
    return [row(one) for one in rows if wanted is None or one.version.customer_id in (None, wanted.id)]


@router.get("/version")
async def shown(
    context: Here, _: Reader, customer: str | None = None, version: str | None = None, lang: Language = "en"
) -> Json:
    """Without `version`: the one that is in force for the customer, or for those without their own."""
    async with context.storage.reading() as connection:
        wanted = await reading.customer_named(connection, customer)
        book = await store.versions(connection)
        found = reading.plan_called(book, wanted.id if wanted else None, version, context.clock.now())
        return await _whole(connection, book, found, context, lang)


@router.post("")
async def add(context: Here, actor: PlanManager, new: NewDocument) -> Json:
    async with context.storage.unit(actor) as unit:
        wanted = await reading.customer_named(unit.connection, new.customer)
        added = await actions.add_plan(unit, new.document, wanted.id if wanted else None)
        return await _whole(unit.connection, await store.versions(unit.connection), added, context, "en")


@router.post("/withdraw")
async def withdraw(context: Here, actor: PlanManager, which: WhichPlan) -> Json:
    async with context.storage.unit(actor) as unit:
        wanted = await reading.customer_named(unit.connection, which.customer)
        book = await store.versions(unit.connection)
        owner = wanted.id if wanted else None
        found = reading.plan_called(book, owner, which.version, context.clock.now())
        await actions.withdraw(unit, found.id)
    return facts(found, wanted.name if wanted else "")


def row(one: Listed) -> Json:
    return {**facts(one.version, one.customer), "standing": one.standing}


def facts(version: Version, customer: str) -> Json:
    """`customer` is null for everybody's."""
    return {
        "id": str(version.id),
        "name": version.name,
        "version": version.version,
        "customer": customer or None,
        "effective_from": shapes.iso(version.effective_from),
        "created_by": version.created_by,
    }


async def _whole(connection: Connection, book: Book, version: PlanVersion, context: Here, lang: str) -> Json:
    """`calendars`: those that it names, in the versions of today or, to come, of its first day."""
    words, now = translator(lang), context.clock.now()
    owner = await fleet.customer(connection, version.customer_id) if version.customer_id else None
    at = max(now, version.effective_from)
    governing = book.with_calendars(version, version.customer_id, at)
    return {
        **facts(version, owner.name if owner else ""),
        "standing": reading.standing(book.plans, version, now),
        "zone": version.plan.zone,
        "document": version.document,
        "severities": [
            {
                "severity": one.severity,
                "name": one.name,
                "promises": [
                    {"clock": each.clock, "promise": each.written or None, "said": each.said,
                     "calendar": each.calendar, "counts": each.counts}
                    for each in one.promises
                ],
                "contact_recommended": one.contact,
                "contact_counts": one.counts,
            }
            for one in reading.table(version.plan, words)
        ],
        "rules": [{"name": name, "value": value} for name, value in reading.rules(version.plan, words)],
        "calendars": [
            {"name": one.name, "version": one.version, "zone": one.calendar.zone,
             "hours": reading.week(one, words)}
            for one in governing.calendar_versions
        ],
    }  # fmt: skip
