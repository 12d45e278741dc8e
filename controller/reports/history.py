"""Reads what was: incidents with their events, plan and verdict, in pages that let others work in between."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from controller.core.actor import ActorKind
from controller.core.errors import Invalid
from controller.detection import store as runs
from controller.fleet import store as fleet
from controller.fleet.house import HOUSE
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.openings.store import openings_between
from controller.incidents.timeline import Entry, EntryKind
from controller.people import store as people
from controller.reports.compliance import Report
from controller.reports.outline import Outline
from controller.reports.verdict import Deed, Stretch, Told, judge
from controller.sla import ledger
from controller.sla import store as plans
from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.replay import past_of
from controller.sla.versions.version import Book
from controller.storage import Connection

PAGE = 100
"""So many incidents are read and judged at a time: about 10 ms of the event loop."""
DAYS_MAX = 3_660
DAYS_USUAL = 30
# What no member of staff does, and no clock reads.
_READ = tuple(
    set(EntryKind)
    - {
        EntryKind.WARNED,
        EntryKind.BREACHED,
        EntryKind.NOTICE_QUEUED,
        EntryKind.FINDING_JOINED,
        EntryKind.SYMPTOM_CLEARED,
        EntryKind.SYMPTOM_RETURNED,
        EntryKind.CUSTOMER_MESSAGE,
        # To have read it is not yet to act on it.
        EntryKind.ACKNOWLEDGED,
        EntryKind.UNACKNOWLEDGED,
    }
)
# No zone is further from UTC than this.
_FURTHEST = timedelta(hours=15)
_MIDNIGHT = time(0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """Local days of the opening, both included; each incident's plan says in which zone."""

    since: date
    until: date

    @property
    def start(self) -> datetime:
        """No incident of the span was opened before."""
        return datetime.combine(self.since, _MIDNIGHT) - _FURTHEST

    @property
    def end(self) -> datetime:
        return datetime.combine(self.until, _MIDNIGHT) + timedelta(days=1) + _FURTHEST

    def holds(self, day: date) -> bool:
        return self.since <= day <= self.until


def span_of(since: str | None, until: str | None, today: date) -> Span:
    """From two dates as people write them. Without them: the last 30 days. Raises `Invalid`."""
    last = _day("to", until) or max(today, _day("from", since) or today)
    first = _day("from", since) or last - timedelta(days=DAYS_USUAL - 1)
    if last < first:
        raise Invalid("to", f"{last} is before {first}", "Give the earlier day first")
    if (last - first).days >= DAYS_MAX:
        raise Invalid("from", f"is {DAYS_MAX} days or more before {last}", "Ask for less at a time")
    return Span(first, last)


def _day(field: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid(field, f"{text[:40]!r} is no day", "Write it as 2026-03-02") from None
    if not 1970 <= day.year <= 9000:
        raise Invalid(field, f"{text[:40]!r} is beyond what we keep", "Use a year from 1970 to 9000")
    return day


async def count(connection: Connection, span: Span, customer_id: UUID | None = None) -> int:
    """How many rows there are to read, a few of the days around included."""
    return await incidents.count_opened_between(connection, span.start, span.end, customer_id=customer_id)


async def page(
    connection: Connection,
    span: Span,
    as_of: datetime,
    *,
    customer_id: UUID | None = None,
    after: int = 0,
    limit: int = PAGE,
) -> tuple[tuple[Told, ...], int, int | None]:
    """Incidents of the span by number; how many rows were read for them; the last row's number, None at the
    end."""
    rows = await incidents.opened_between(
        connection, span.start, span.end, customer_id=customer_id, after=after, limit=limit
    )
    reader = await _reader(connection)
    told = await reader.tell(connection, _counted(rows, customer_id), as_of)
    kept = tuple(one for one in told if span.holds(one.opened_on))
    return kept, len(rows), rows[-1].number if len(rows) == limit else None


async def outlines(
    connection: Connection,
    span: Span,
    as_of: datetime,
    *,
    customer_id: UUID | None = None,
    after: int = 0,
    limit: int = 5 * PAGE,
) -> tuple[tuple[Outline, ...], int, int | None]:
    """As `page`, for a replay: no deeds, no words, no proof."""
    rows = await openings_between(
        connection, span.start, span.end, customer_id=customer_id, after=after, limit=limit
    )
    reader = await _reader(connection)
    counted = [row for row in rows if customer_id == HOUSE or row[2] != HOUSE]
    events = await ledger.events_of_many(connection, [row[1] for row in counted])
    found: list[Outline] = []
    for place, (_, one, customer, opened_at) in enumerate(counted):
        if place % PAGE == 0:
            await asyncio.sleep(0)  # others get their turn in between
        governing = reader.versions.governing(customer, opened_at)
        if span.holds(opened_at.astimezone(ZoneInfo(governing.plan.zone)).date()):
            state = evaluate(governing.plan, governing.calendars, events[one], as_of)
            found.append(Outline(reader.customers.get(customer, ""), tuple(events[one]), past_of(state)))
    return tuple(found), len(rows), rows[-1][0] if len(rows) == limit else None


async def told(
    connection: Connection, span: Span, as_of: datetime, customer_id: UUID | None = None
) -> AsyncIterator[Told]:
    """Every incident of the span, by number."""
    reader = await _reader(connection)
    after = 0
    while rows := await incidents.opened_between(
        connection, span.start, span.end, customer_id=customer_id, after=after, limit=PAGE
    ):
        for one in await reader.tell(connection, _counted(rows, customer_id), as_of):
            if span.holds(one.opened_on):
                yield one
        after = rows[-1].number


def _counted(rows: tuple[Incident, ...], customer_id: UUID | None) -> tuple[Incident, ...]:
    """What is wrong with Vigía itself is no customer's incident: it counts only where it is asked for."""
    return rows if customer_id == HOUSE else tuple(case for case in rows if case.customer_id != HOUSE)


async def report(
    connection: Connection, span: Span, as_of: datetime, customer_id: UUID | None = None, customer: str = ""
) -> Report:
    down = await _down(connection, span, as_of)
    verdicts = [judge(one, down) async for one in told(connection, span, as_of, customer_id)]
    end = min(span.end - _FURTHEST, as_of)
    within = tuple(
        (max(since, span.start + _FURTHEST), min(until, end))
        for since, until in down
        if since < end and until > span.start + _FURTHEST
    )
    return Report(span.since, span.until, as_of, customer, tuple(verdicts), within)


async def _down(connection: Connection, span: Span, as_of: datetime) -> tuple[Stretch, ...]:
    """Until now and not only in the span: an incident may live on after its last day."""
    found = await runs.down_periods(connection, span.start)
    return tuple((one.start, min(one.end, as_of)) for one in found if one.start < as_of)


@dataclass(frozen=True, slots=True)
class _Reader:
    """What is the same for every page."""

    versions: Book
    customers: Mapping[UUID, str]
    levels: Mapping[UUID, int]

    async def tell(
        self, connection: Connection, rows: tuple[Incident, ...], as_of: datetime
    ) -> tuple[Told, ...]:
        ids = [case.id for case in rows]
        entries = await incidents.entries_of_kinds(connection, ids, _READ)
        return tuple(self._told(case, entries[case.id], as_of) for case in rows)

    def _told(self, case: Incident, entries: list[Entry], as_of: datetime) -> Told:
        governing = self.versions.governing(case.customer_id, case.opened_at)
        events: tuple[Event, ...] = tuple(ledger.events_of(entries))
        return Told(
            case.number,
            self.customers.get(case.customer_id, ""),
            case.began_at,
            case.opened_at,
            governing.plan,
            governing.version,
            evaluate(governing.plan, governing.calendars, events, as_of),
            events,
            tuple(
                Deed(
                    str(entry.id),
                    entry.at,
                    entry.actor_name,
                    self.levels.get(entry.actor_id) if entry.actor_id else None,
                )
                for entry in entries
                if entry.actor_kind is ActorKind.PERSON
            ),
            governing.calendars,
        )


async def _reader(connection: Connection) -> _Reader:
    return _Reader(
        await plans.versions(connection),
        {one.id: one.name for one in await fleet.customers(connection)},
        {one.id: one.level for one in await people.users(connection)},
    )
