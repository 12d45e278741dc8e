"""Plans and calendars: which versions there are, what each says, and taking back one that is to come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.actor import Actor
from controller.core.errors import Conflict, NotFound
from controller.fleet import store as fleet
from controller.people.access import Act, demand, may
from controller.sla import actions, store
from controller.sla.plan import CLOCKS
from controller.sla.versions.version import Book, CalendarVersion, PlanVersion
from controller.web import plans as reading
from controller.web.console.plans_views import Card, card_of
from controller.web.context import Context
from controller.web.fault import refused
from controller.web.pages import pages_of
from controller.web.plans import Listed
from controller.web.reader import Here, Reader, Staff
from controller.words import plans as names
from controller.words.catalogue import Translator

router = APIRouter()
TONES = {"in_force": "done", "coming": "soon", "past": "idle"}


@dataclass(frozen=True, slots=True)
class Row:
    """`customer` "" for everybody's; `hours` only of calendars."""

    path: str
    name: str
    version: str
    customer: str
    standing: str
    tone: str
    effective_from: datetime
    since_ever: bool
    created_by: str
    hours: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the table of times."""

    clock: str
    name: str


@router.get("/plans")
async def plans_page(request: Request, reader: Staff, context: Here, done: str = "") -> Response:
    words, now = reader.words, context.clock.now()
    async with context.storage.reading() as connection:
        book = await store.versions(connection)
        customers = {one.id: one.name for one in await fleet.customers(connection)}
    everybodys = book.governing(None, now)
    return pages_of(request).shown(
        reader, "plans", here="plans", zone=zone_of(reader), may_change=may_change(reader),
        plans=[_row(one, words) for one in reading.listed(book.plans, customers, now)],
        calendars=[_row(one, words) for one in reading.listed(book.calendars, customers, now)],
        current=everybodys, table=reading.table(everybodys.plan, words), headings=headings(words),
        customers=sorted(customers.values(), key=str.casefold),
        done=words._("Withdrawn.") if done == "withdrawn" else "",
    )  # fmt: skip


@router.get("/plans/version/{version_id}")
async def plan_page(request: Request, reader: Staff, context: Here, version_id: str) -> Response:
    """Raises `NotFound`."""
    return await _plan(request, reader, context, version_id)


@router.get("/plans/calendars/{version_id}")
async def calendar_page(request: Request, reader: Staff, context: Here, version_id: str) -> Response:
    """Raises `NotFound`."""
    return await _calendar(request, reader, context, version_id)


@router.post("/plans/version/{version_id}/withdraw")
async def withdraw_plan(request: Request, reader: Staff, context: Here, version_id: str) -> Response:
    """Administrators only. One that is in force stays, and the page says so."""
    if refusal := await _withdrawn(reader, context, version_id):
        return await _plan(request, reader, context, version_id, refusal)
    return RedirectResponse("/plans?done=withdrawn", 303)


@router.post("/plans/calendars/{version_id}/withdraw")
async def withdraw_calendar(request: Request, reader: Staff, context: Here, version_id: str) -> Response:
    if refusal := await _withdrawn(reader, context, version_id):
        return await _calendar(request, reader, context, version_id, refusal)
    return RedirectResponse("/plans?done=withdrawn", 303)


def path_of(version: PlanVersion) -> str:
    return f"/plans/version/{version.id}"


def headings(words: Translator) -> list[Heading]:
    return [Heading(clock, _capital(names.clock(words, clock))) for clock in CLOCKS]


def may_change(reader: Reader) -> bool:
    return reader.actor is not None and may(reader.actor, Act.MANAGE_PLANS)


def administrator(reader: Reader) -> Actor:
    """Raises `Refused` for everybody else."""
    assert reader.actor is not None
    demand(reader.actor, Act.MANAGE_PLANS)
    return reader.actor


def zone_of(reader: Reader) -> str:
    return reader.session.user.zone if reader.session else "UTC"


def id_of(text: str) -> UUID:
    """Raises `NotFound` for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("version", text[:40]) from None


async def _withdrawn(reader: Reader, context: Context, version_id: str) -> str:
    """Why it stays, "" when it is gone."""
    actor = administrator(reader)
    try:
        async with context.storage.unit(actor) as unit:
            await actions.withdraw(unit, id_of(version_id))
    except Conflict as error:
        return refused(reader.words, error)
    return ""


async def _plan(
    request: Request, reader: Reader, context: Context, version_id: str, refusal: str = ""
) -> Response:
    words, now, wanted = reader.words, context.clock.now(), id_of(version_id)
    async with context.storage.reading() as connection:
        book = await store.versions(connection)
        customers = {one.id: one.name for one in await fleet.customers(connection)}
    version = next((one for one in book.plans if one.id == wanted), None)
    if version is None:
        raise NotFound("plan version", version_id[:40])
    listed = next(one for one in reading.listed(book.plans, customers, now) if one.version.id == wanted)
    governing = book.with_calendars(version, version.customer_id, max(now, version.effective_from))
    cards: list[Card] = [card_of(one, words, now) for one in governing.calendar_versions]
    return pages_of(request).shown(
        reader, "plan", 409 if refusal else 200, here="plans", zone=version.plan.zone,
        row=_row(listed, words), plan=version.plan, document=version.document, cards=cards,
        table=reading.table(version.plan, words), headings=headings(words),
        rules=reading.rules(version.plan, words), may_change=may_change(reader), refusal=refusal,
    )  # fmt: skip


async def _calendar(
    request: Request, reader: Reader, context: Context, version_id: str, refusal: str = ""
) -> Response:
    words, now, wanted = reader.words, context.clock.now(), id_of(version_id)
    async with context.storage.reading() as connection:
        book = await store.versions(connection)
        customers = {one.id: one.name for one in await fleet.customers(connection)}
    version = next((one for one in book.calendars if one.id == wanted), None)
    if version is None:
        raise NotFound("calendar version", version_id[:40])
    listed = next(one for one in reading.listed(book.calendars, customers, now) if one.version.id == wanted)
    return pages_of(request).shown(
        reader, "plan_calendar", 409 if refusal else 200, here="plans", zone=version.calendar.zone,
        row=_row(listed, words), card=card_of(version, words, now), document=version.document,
        counted_by=_counted_by(book, version, customers), may_change=may_change(reader), refusal=refusal,
    )  # fmt: skip


def _counted_by(book: Book, version: CalendarVersion, customers: dict[UUID, str]) -> list[tuple[str, str]]:
    """Paths and names of the plans that name it."""
    return [
        (path_of(one), f"{one.name}, {customers.get(one.customer_id, '')}" if one.customer_id else one.name)
        for one in book.plans
        if version.name in one.plan.hours.values() and version.customer_id in (None, one.customer_id)
    ]


def _row(one: Listed, words: Translator) -> Row:
    version = one.version
    is_calendar = isinstance(version, CalendarVersion)
    return Row(
        f"/plans/{'calendars' if is_calendar else 'version'}/{version.id}", version.name, version.version,
        one.customer, names.standing(words, one.standing), TONES[one.standing], version.effective_from,
        version.effective_from.year == 1970, version.created_by,
        reading.week(version, words) if isinstance(version, CalendarVersion) else "",
    )  # fmt: skip


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
