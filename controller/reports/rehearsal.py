"""What a new version would have made of the last month: which incidents had been missed more, or less.

A simulation, never an overwrite (contract.md T14); it replays at most so much that a page may wait for it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from controller.fleet import store as fleet
from controller.reports import history
from controller.reports.history import Span
from controller.reports.verdict import Told
from controller.sla.replay import Change, Comparison, past_of, replayed
from controller.sla.versions.version import Book, Governing, Version
from controller.storage import Connection

INCIDENTS_MAX = 1_000
_DAYS = (30, 14, 7, 3, 1)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`days`: the last ones, fewer than 30 where more were opened than a page may wait for. `incidents`:
    those that the version would have governed; `worse`, `better`: how many of them had missed something that
    they kept, and the other way round. `change`: breaches by clock."""

    days: int
    incidents: int
    worse: int
    better: int
    change: Change


async def rehearse(
    connection: Connection, book: Book, version: Version, zone: str, now: datetime
) -> Rehearsal:
    """`book` holds `version`, which governs from its beginning on all whom it concerns."""
    span, days = await _span(connection, version.customer_id, zone, now)
    names = {one.name: one.id for one in await fleet.customers(connection)}
    told = [one async for one in history.told(connection, span, now, version.customer_id)]
    return await asyncio.to_thread(_rehearsed, told, names, book, version, days)


async def _span(
    connection: Connection, customer_id: UUID | None, zone: str, now: datetime
) -> tuple[Span, int]:
    today = now.astimezone(ZoneInfo(zone)).date()
    for days in _DAYS:
        span = Span(today - timedelta(days=days - 1), today)
        if await history.count(connection, span, customer_id) <= INCIDENTS_MAX:
            break
    return span, days


def _rehearsed(
    told: list[Told], names: Mapping[str, UUID], book: Book, version: Version, days: int
) -> Rehearsal:
    comparison = Comparison()
    governing: dict[str, Governing | None] = {}
    worse = better = 0
    for one in told[-INCIDENTS_MAX:]:
        if one.customer not in governing:
            governing[one.customer] = _governing(book, version, names.get(one.customer))
        after = governing[one.customer]
        if after is None:
            continue
        state, _ = replayed(after.plan, after.calendars, one.events, one.state.as_of)
        was, would_be = past_of(one.state), past_of(state)
        comparison.add(one.customer, was, would_be)
        worse += bool(would_be.missed - was.missed)
        better += bool(was.missed - would_be.missed)
    return Rehearsal(days, comparison.total.incidents, worse, better, comparison.total)


def _governing(book: Book, version: Version, customer_id: UUID | None) -> Governing | None:
    """None for a customer whom the version does not concern: they have their own."""
    found = book.governing(customer_id, version.effective_from)
    ids = {found.chosen.id, *(one.id for one in found.calendar_versions)}
    return found if version.id in ids else None
