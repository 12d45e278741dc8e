"""Writing a new version of a plan or calendar: its TOML, the table of times, a preview, then keeping it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import NotFound
from controller.core.severity import Severity
from controller.fleet import store as fleet
from controller.sla import actions, store
from controller.sla.errors import Fault, PlanInvalid
from controller.sla.plan import CLOCKS
from controller.sla.versions.times import times_in, with_beginning, with_times
from controller.sla.versions.version import Book, CalendarVersion, PlanVersion
from controller.sla.zones import instant_of
from controller.web.console.plans import administrator, headings, path_of, zone_of
from controller.web.console.plans_preview import Preview, calendar_version, plan_version, preview
from controller.web.console.plans_views import path_of_calendar
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.fault import told
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff
from controller.words import plans as names
from controller.words.catalogue import Translator
from controller.words.formats import zone_named

router = APIRouter()
_RANK = {"critical": 0, "high": 1, "normal": 2}
CALENDAR = """\
name = "{name}"
zone = "{zone}"
effective_from = {begins}
# country = "MX"
holidays = []

[weekly]
mon = [["09:00", "18:00"]]
tue = [["09:00", "18:00"]]
wed = [["09:00", "18:00"]]
thu = [["09:00", "18:00"]]
fri = [["09:00", "18:00"]]
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What stands in the form. `customer` is a name, "" for everybody; `is_plan` False for a calendar.
    `previewed` is of the document that was shown with its consequences."""

    is_plan: bool
    customer: str
    document: str
    previewed: str = ""

    @property
    def mark(self) -> str:
        """Changes with anything that is typed."""
        return sha256(f"{self.is_plan}\n{self.customer}\n{self.document}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Told:
    """A fault as the page says it: where, and what."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Time:
    """A cell of the table of times; `label` names it to who cannot see the table."""

    name: str
    written: str
    label: str


@router.get("/plans/new")
async def new_plan(request: Request, reader: Staff, context: Here, customer: str = "") -> Response:
    """Begins with what is in force for them, from tomorrow's midnight on. Administrators only."""
    administrator(reader)
    async with context.storage.reading() as connection:
        owner = await _owner(context, customer)
        current = (await store.versions(connection)).governing(owner, context.clock.now()).chosen
    document = with_beginning(current.document, _tomorrow(current.plan.zone, context.clock.now()))
    return await _shown(request, reader, context, Draft(True, customer, document))


@router.post("/plans/new")
async def keep_plan(request: Request, reader: Staff, context: Here) -> Response:
    """Saves what was previewed; anything else is previewed first."""
    typed = await typed_in(request)
    document = with_times(typed.get("document", ""), _times_typed(typed))
    return await _kept(request, reader, context, Draft(True, typed.get("customer", ""), document,
                                                       typed.get("previewed", "")), typed)  # fmt: skip


@router.get("/plans/new-calendar")
async def new_calendar(
    request: Request, reader: Staff, context: Here, name: str = "", customer: str = ""
) -> Response:
    """Begins with that calendar where there is one, else with office hours. Administrators only."""
    administrator(reader)
    now = context.clock.now()
    async with context.storage.reading() as connection:
        known = (await store.versions(connection)).calendars_at(await _owner(context, customer), now)
    if name in known:
        document = with_beginning(known[name].document, _tomorrow(known[name].calendar.zone, now))
    else:
        zone = zone_of(reader)
        document = CALENDAR.format(name="office", zone=zone, begins=_tomorrow(zone, now))
    return await _shown(request, reader, context, Draft(False, customer, document))


@router.post("/plans/new-calendar")
async def keep_calendar(request: Request, reader: Staff, context: Here) -> Response:
    typed = await typed_in(request)
    draft = Draft(False, typed.get("customer", ""), typed.get("document", ""), typed.get("previewed", ""))
    return await _kept(request, reader, context, draft, typed)


async def _kept(
    request: Request, reader: Reader, context: Context, draft: Draft, typed: Mapping[str, str]
) -> Response:
    actor = administrator(reader)
    if typed.get("do") != "save" or draft.previewed != draft.mark:
        return await _shown(request, reader, context, draft, looks=True)
    owner = await _owner(context, draft.customer)
    try:
        async with context.storage.unit(actor) as unit:
            if draft.is_plan:
                path = path_of(await actions.add_plan(unit, draft.document, owner))
            else:
                path = path_of_calendar(await actions.add_calendar(unit, draft.document, owner))
    except PlanInvalid:
        return await _shown(request, reader, context, draft, looks=True)
    return RedirectResponse(path, 303)


async def _shown(
    request: Request, reader: Reader, context: Context, draft: Draft, *, looks: bool = False
) -> Response:
    """`looks`: judge the document and say what it would change."""
    words = reader.words
    owner = await _owner(context, draft.customer)
    async with context.storage.reading() as connection:
        book = await store.versions(connection)
        customers = sorted((one.name for one in await fleet.customers(connection)), key=str.casefold)
        found: Preview | None = None
        faults: tuple[Told, ...] = ()
        if looks:
            try:
                version = _version(book, draft, owner, context.clock.now())
                found = await preview(connection, book, version, words, context.clock.now())
            except PlanInvalid as error:
                faults = tuple(_told(one, words) for one in error.faults)
    return pages_of(request).shown(
        reader, "plan_editor", 422 if faults else 200, here="plans", draft=draft, customers=customers,
        faults=faults, preview=found, headings=headings(words), zone=zone_of(reader),
        times=_times(draft.document, words) if draft.is_plan else (), previewed=draft.mark if found else "",
        calendars=sorted(book.calendars_at(owner, context.clock.now())),
    )  # fmt: skip


def _version(book: Book, draft: Draft, owner: UUID | None, now: datetime) -> PlanVersion | CalendarVersion:
    if draft.is_plan:
        return plan_version(book, draft.document, owner, now)
    return calendar_version(book, draft.document, owner, now)


async def _owner(context: Context, customer: str) -> UUID | None:
    """Raises `NotFound`."""
    if not customer:
        return None
    async with context.storage.reading() as connection:
        found = await fleet.customer_named(connection, customer)
    if found is None:
        raise NotFound("customer", customer[:80])
    return found.id


def _times(document: str, words: Translator) -> list[tuple[str, list[Time]]]:
    """The table of times as it stands in the document, right or wrong."""
    written = times_in(document)
    rows = []
    for name in sorted((one.value for one in Severity), key=lambda name: _RANK[name]):
        said = names.severity(words, name)
        cells = [
            Time(f"{name}.{clock}", written.get((name, clock), ""), f"{said}: {names.clock(words, clock)}")
            for clock in CLOCKS
        ]
        rows.append((said, cells))
    return rows


def _times_typed(typed: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """What was changed in the table, by severity and clock; the rest of the document stays as typed."""
    found: dict[tuple[str, str], str] = {}
    for severity in Severity:
        for clock in CLOCKS:
            name = f"{severity.value}.{clock}"
            if name in typed and typed[name].strip() != typed.get(f"was.{name}", "").strip():
                found[(severity.value, clock)] = typed[name]
    return found


def _told(fault: Fault, words: Translator) -> Told:
    where = words._("line {line}, {path}", line=fault.line, path=fault.path) if fault.line else fault.path
    text = told(words, fault.limit)
    return Told(where, f"{text}. {told(words, fault.way_out)}" if fault.way_out else text)


def _tomorrow(zone: str, now: datetime) -> str:
    """The next local midnight, as TOML writes an instant."""
    there = zone_named(zone)
    day = now.astimezone(there).date() + timedelta(days=1)
    return instant_of(there, datetime.combine(day, time(0))).astimezone(there).isoformat()
