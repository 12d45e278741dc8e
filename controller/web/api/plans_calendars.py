"""Calendars over the API: opening hours by name, in versions, as plans are."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from controller.core.clock import Clock
from controller.fleet import store as fleet
from controller.sla import actions, store
from controller.sla.versions.version import Book, CalendarVersion
from controller.storage import Connection
from controller.web import plans as reading
from controller.web.api.peer import Here, PlanManager, Reader, Short
from controller.web.api.plans import Language, NewDocument, facts, row
from controller.words.catalogue import translator
from controller.words.formats import zone_named

router = APIRouter(prefix="/api/v1/calendars")
Json = dict[str, Any]
HOLIDAYS_SHOWN = 10


class WhichCalendar(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Short
    version: Short
    customer: Short | None = None


@router.get("")
async def listed(context: Here, _: Reader, customer: str | None = None, lang: Language = "en") -> list[Json]:
    async with context.storage.reading() as connection:
        wanted = await reading.customer_named(connection, customer)
        book = await store.versions(connection)
        customers = {one.id: one.name for one in await fleet.customers(connection)}
    rows = reading.listed(book.calendars, customers, context.clock.now())
    return [
        {**row(one), "zone": one.version.calendar.zone, "hours": reading.week(one.version, translator(lang))}
        for one in rows
        if isinstance(one.version, CalendarVersion)
        and (wanted is None or one.version.customer_id in (None, wanted.id))
    ]


@router.get("/version")
async def shown(
    context: Here,
    _: Reader,
    name: Annotated[str, Query(max_length=300)],
    customer: str | None = None,
    version: str | None = None,
    lang: Language = "en",
) -> Json:
    """Without `version`: the one that is in force for the customer; else the first to come."""
    async with context.storage.reading() as connection:
        wanted = await reading.customer_named(connection, customer)
        book = await store.versions(connection)
        owner = wanted.id if wanted else None
        found = reading.calendar_called(book, owner, name, version, context.clock.now())
        return await _whole(connection, book, found, context.clock, lang)


@router.post("")
async def add(context: Here, actor: PlanManager, new: NewDocument) -> Json:
    async with context.storage.unit(actor) as unit:
        wanted = await reading.customer_named(unit.connection, new.customer)
        added = await actions.add_calendar(unit, new.document, wanted.id if wanted else None)
        book = await store.versions(unit.connection)
        return await _whole(unit.connection, book, added, context.clock, "en")


@router.post("/withdraw")
async def withdraw(context: Here, actor: PlanManager, which: WhichCalendar) -> Json:
    async with context.storage.unit(actor) as unit:
        wanted = await reading.customer_named(unit.connection, which.customer)
        book = await store.versions(unit.connection)
        owner = wanted.id if wanted else None
        found = reading.calendar_called(book, owner, which.name, which.version, context.clock.now())
        await actions.withdraw(unit, found.id)
    return facts(found, wanted.name if wanted else "")


async def _whole(
    connection: Connection, book: Book, version: CalendarVersion, clock: Clock, lang: str
) -> Json:
    words, now = translator(lang), clock.now()
    owner = await fleet.customer(connection, version.customer_id) if version.customer_id else None
    days = version.calendar.holidays
    today = now.astimezone(zone_named(version.calendar.zone)).date()
    return {
        **facts(version, owner.name if owner else ""),
        "standing": reading.standing(book.calendars, version, now),
        "zone": version.calendar.zone,
        "hours": reading.week(version, words),
        "country": days.country or None,
        "region": days.region or None,
        "holidays": [
            {"day": day.isoformat(), "name": name}
            for day, name in days.coming(today, HOLIDAYS_SHOWN, words.language)
        ],
        "document": version.document,
    }
