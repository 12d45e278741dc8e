"""What would change if a version were kept: key by key, due times of sample instants, the last month."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.errors import NotFound
from controller.fleet import store as fleet
from controller.reports.rehearsal import Rehearsal, rehearse
from controller.sla.calendar import Calendar
from controller.sla.state import CLOCK_ORDER
from controller.sla.versions.changes import Change, calendar_changes, plan_changes
from controller.sla.versions.refusal import calendar_beside, plan_beside
from controller.sla.versions.samples import dues, samples
from controller.sla.versions.version import Book, CalendarVersion, Governing, PlanVersion, Version, soon
from controller.storage import Connection
from controller.words import clocks, formats
from controller.words import plans as names
from controller.words.catalogue import Translator

_PROVISIONAL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Difference:
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A due time that would come out otherwise; "–" where nothing is promised."""

    severity: str
    clock: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Instant:
    """A sample; `same` counts the due times that stay."""

    name: str
    at: str
    moved: tuple[Moved, ...]
    same: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Breaches of one clock in the last month, as they were and as they would have been."""

    clock: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Preview:
    """`against`: what it takes the place of, "" for the first of its kind. `concerns` is False for a calendar
    that no plan counts yet; `customer` is whose due times are shown where nobody else's change."""

    begins: str
    against: str
    differences: tuple[Difference, ...]
    concerns: bool
    customer: str
    instants: tuple[Instant, ...]
    rehearsal: Rehearsal | None
    counts: tuple[Counts, ...]


async def preview(
    connection: Connection, book: Book, version: Version, words: Translator, now: datetime
) -> Preview:
    """`version` is not in `book` yet."""
    with_it, at = _with(book, version), version.effective_from
    owner, concerns = _concerned(with_it, version)
    before, after = _governing(book, owner, at), with_it.governing(owner, at)
    old, changes = _changes(book, version)
    zone = after.plan.zone if isinstance(version, PlanVersion) else version.calendar.zone
    instants = tuple(
        _instant(one.kind, one.at, _governing(book, owner, one.at) or before,
                 with_it.governing(owner, one.at), zone, words)
        for one in samples(zone, _calendars(before, after, version), at)
    ) if concerns else ()  # fmt: skip
    rehearsal = await rehearse(connection, with_it, version, after.plan.zone, now) if concerns else None
    shown = await fleet.customer(connection, owner) if owner and owner != version.customer_id else None
    against = f"{old.name} ({old.version.replace('T', ' ')})" if old else ""
    return Preview(
        formats.instant(at, words.language, zone), against,
        tuple(_difference(one, words) for one in changes), concerns, shown.name if shown else "", instants,
        rehearsal,
        _counts(rehearsal, words),
    )  # fmt: skip


def plan_version(book: Book, document: str, customer_id: UUID | None, now: datetime) -> PlanVersion:
    """As it would be kept. Raises `PlanInvalid` with every fault."""
    plan = plan_beside(book, document, customer_id, now)
    return PlanVersion(_PROVISIONAL, customer_id, plan.effective_from or soon(now), plan, document)


def calendar_version(book: Book, document: str, customer_id: UUID | None, now: datetime) -> CalendarVersion:
    """As it would be kept. Raises `PlanInvalid` with every fault."""
    read = calendar_beside(book, document, customer_id, now)
    begins = read.effective_from or soon(now)
    return CalendarVersion(_PROVISIONAL, customer_id, read.name, begins, read.calendar, document)


def _with(book: Book, version: Version) -> Book:
    if isinstance(version, CalendarVersion):
        return Book(book.plans, (*book.calendars, version))
    return Book((*book.plans, version), book.calendars)


def _concerned(book: Book, version: Version) -> tuple[UUID | None, bool]:
    """The first whom the version governs from its beginning on: its own customer, or everybody, or a customer
    whose own plan counts everybody's calendar."""
    others = (one.customer_id for one in book.plans) if version.customer_id is None else ()
    for owner in dict.fromkeys((version.customer_id, *others)):
        found = _governing(book, owner, version.effective_from)
        if found and version.id in {found.chosen.id, *(one.id for one in found.calendar_versions)}:
            return owner, True
    return version.customer_id, False


def _governing(book: Book, owner: UUID | None, at: datetime) -> Governing | None:
    try:
        return book.governing(owner, at)
    except NotFound:
        return None


def _changes(book: Book, version: Version) -> tuple[Version | None, tuple[Change, ...]]:
    at, owner = version.effective_from, version.customer_id
    if isinstance(version, PlanVersion):
        plan = book.plan_at(owner, at)
        return plan, plan_changes(plan.plan if plan else None, version.plan)
    known = book.calendars_at(owner, at).get(version.name)
    return known, calendar_changes(known.calendar if known else None, version.calendar)


def _calendars(before: Governing | None, after: Governing, version: Version) -> list[Calendar]:
    found = [*after.calendars.values(), *(before.calendars.values() if before else ())]
    return [*found, version.calendar] if isinstance(version, CalendarVersion) else found


def _difference(one: Change, words: Translator) -> Difference:
    before, after = (names.value(words, one.path, said) for said in (one.before, one.after))
    return Difference(names.key(words, one.path), before, after)


def _instant(
    kind: str, at: datetime, before: Governing | None, after: Governing, zone: str, words: Translator
) -> Instant:
    found = dues(before, after, at)
    moved = tuple(
        Moved(names.severity(words, one.severity), names.clock(words, one.clock),
              _written(one.before, zone, words), _written(one.after, zone, words))
        for one in found
        if one.before != one.after
    )  # fmt: skip
    said = f"{formats.day(at, words.language, zone)}, {formats.time_of_day(at, words.language, zone)}"
    return Instant(names.instant(words, kind), said, moved, len(found) - len(moved))


def _written(at: datetime | None, zone: str, words: Translator) -> str:
    if at is None:
        return "–"
    return f"{formats.day(at, words.language, zone)}, {formats.time_of_day(at, words.language, zone)}"


def _counts(rehearsal: Rehearsal | None, words: Translator) -> tuple[Counts, ...]:
    if rehearsal is None:
        return ()
    change = rehearsal.change
    return tuple(
        Counts(clocks.clock(words, clock), change.before[clock], change.after[clock])
        for clock in CLOCK_ORDER
        if change.before[clock] or change.after[clock]
    )
