"""Reports over the API: the figures, the same as files, and the history they are made of."""

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse, Response

from controller.reports import cases, history, outline, paper
from controller.reports.compliance import By, Climbs, Line, Report, Spread, Tally
from controller.storage import Connection
from controller.web import report as reading
from controller.web.api import shapes
from controller.web.api.incidents import instant
from controller.web.api.peer import Here, Reader, Short
from controller.web.context import Context
from controller.words import reports as names
from controller.words.catalogue import Translator, translator

router = APIRouter(prefix="/api/v1/reports")
Language = Annotated[str, Query(max_length=35)]
Since = Annotated[str | None, Query(alias="from", max_length=40)]
Until = Annotated[str | None, Query(alias="to", max_length=40)]
PAGE_MAX = 500
OUTLINES_MAX = 2_000


@router.get("/compliance")
async def compliance(
    context: Here,
    _: Reader,
    since: Since = None,
    until: Until = None,
    customer: Short | None = None,
    by: Short | None = None,
    lang: Language = "en",
) -> dict[str, Any]:
    """Incidents by their opening day in the plan's zone, both days included."""
    group = reading.by_named(by)
    now = context.clock.now()
    async with context.storage.reading() as connection:
        wished = await reading.wish(connection, since, until, customer, now)
        found = await reading.compliance(connection, wished, now)
    return await asyncio.to_thread(_report, found, group, wished.zone, translator(lang))


@router.get("/compliance/{kind}")
async def compliance_file(
    context: Here,
    _: Reader,
    kind: str,
    since: Since = None,
    until: Until = None,
    customer: Short | None = None,
    by: Short | None = None,
    lang: Language = "en",
) -> Response:
    """`kind`: csv, xlsx or pdf."""
    group = reading.by_named(by)
    now = context.clock.now()
    async with context.storage.reading() as connection:
        wished = await reading.wish(connection, since, until, customer, now)
        found = await reading.compliance(connection, wished, now)
    data = await reading.file(found, kind, group, translator(lang), wished.zone)
    return Response(data, media_type=reading.MEDIA[kind])


@router.get("/history")
async def history_page(
    context: Here,
    _: Reader,
    since: Since = None,
    until: Until = None,
    customer: Short | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    as_of: Short | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> Response:
    """A page of cases. `as_of`: that of the first page, so that all pages speak of one instant; `read` of
    `every` rows were looked at for it; `after` None: the last."""
    return await _page(context, "cases", since, until, customer, after, as_of, limit)


@router.get("/outlines")
async def outlines_page(
    context: Here,
    _: Reader,
    since: Since = None,
    until: Until = None,
    customer: Short | None = None,
    after: Annotated[int, Query(ge=0)] = 0,
    as_of: Short | None = None,
    limit: Annotated[int, Query(ge=1, le=OUTLINES_MAX)] = OUTLINES_MAX,
) -> Response:
    """As the history, with what a replay needs and nothing else."""
    return await _page(context, "outlines", since, until, customer, after, as_of, limit)


async def _page(
    context: Context, what: str, since: str | None, until: str | None, customer: str | None, after: int,
    as_of: str | None, limit: int,
) -> Response:  # fmt: skip
    now = context.clock.now()
    at = min(instant(as_of) or now, now)
    async with context.storage.reading() as connection:
        wished = await reading.wish(connection, since, until, customer, at)
        every = await history.count(connection, wished.span, wished.customer_id)
        found, read, next_after = await _some(connection, what, wished, at, after, limit)
    page = {
        "from": wished.span.since.isoformat(),
        "to": wished.span.until.isoformat(),
        "zone": wished.zone,
        "as_of": at.isoformat(),
        "every": every,
        "read": read,
        "after": next_after,
        what: found,
    }
    # Plain values already: the framework would look at each of thousands, on the event loop.
    return await asyncio.to_thread(JSONResponse, page)


async def _some(
    connection: Connection, what: str, wished: reading.Wish, at: datetime, after: int, limit: int
) -> tuple[list[dict[str, Any]], int, int | None]:
    """Small pages make one large one, so that others get their turn in between."""
    found: list[dict[str, Any]] = []
    read = 0
    position: int | None = after
    while position is not None and read < limit:
        part = min(history.PAGE if what == "cases" else 5 * history.PAGE, limit - read)
        if what == "outlines":
            outlines, rows, position = await history.outlines(
                connection, wished.span, at, customer_id=wished.customer_id, after=position, limit=part
            )
            found += [outline.written(one) for one in outlines]
        else:
            told, rows, position = await history.page(
                connection, wished.span, at, customer_id=wished.customer_id, after=position, limit=part
            )
            found += [cases.case_of(one) for one in told]
        read += rows
    return found, read, position


def _report(report: Report, by: By | None, zone: str, words: Translator) -> dict[str, Any]:
    """Lengths in seconds. `notes` are sentences in the reader's language."""
    return {
        "from": report.since.isoformat(),
        "to": report.until.isoformat(),
        "zone": zone,
        "as_of": shapes.iso(report.as_of),
        "customer": report.customer or None,
        "by": by.value if by else None,
        "lines": [_line(one, by, words) for one in report.lines(by)] if by else [],
        "total": _line(report.total, None, words),
        "controller_away_s": _seconds(report.down_total),
        "notes": paper.notes(report, words),
    }


def _line(line: Line, by: By | None, words: Translator) -> dict[str, Any]:
    return {
        "key": line.key,
        "name": names.key(words, by.value if by else "", line.key),
        "incidents": line.incidents,
        "first_response": _tally(line.first_response),
        "escalation_and_update": _tally(line.escalation_and_update),
        "undetected": _spread(line.undetected),
        "while_controller_away": {"incidents": line.down, "missed": line.down_missed},
        "escalated_by_person": _climbs(line.by_person),
        "escalated_by_engine": _climbs(line.by_engine),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "kept": tally.kept,
        "missed": tally.missed,
        "decided": tally.decided,
        "undecided": tally.undecided,
        "ratio": tally.ratio,
        "target": tally.target,
        "holds": tally.holds,
    }


def _climbs(climbs: Climbs) -> dict[str, Any]:
    return {
        "count": climbs.count,
        "late": climbs.late,
        "acted": _spread(climbs.acted),
        "waiting": climbs.waiting,
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        "count": spread.count,
        "middle_s": _seconds(spread.middle),
        "longest_s": _seconds(spread.longest),
        "total_s": _seconds(spread.total),
    }


def _seconds(length: timedelta) -> float:
    return length.total_seconds()
