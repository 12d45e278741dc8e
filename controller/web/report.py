"""A report as both doors read it: which days and whose, and as which kind of file."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from controller.core.errors import Invalid, NotFound
from controller.fleet import store as fleet
from controller.reports import figures, history, paper, sheets
from controller.reports.compliance import By, Report
from controller.reports.history import Span
from controller.sla import store as plans
from controller.storage import Connection
from controller.words.catalogue import Translator

MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Wish:
    """`customer`: a name, "" for all of them. `zone`: of the plan, in which its days are."""

    span: Span
    customer_id: UUID | None
    customer: str
    zone: str


async def wish(
    connection: Connection, since: str | None, until: str | None, customer: str | None, now: datetime
) -> Wish:
    """Raises `Invalid` for days that are none, `NotFound` for a customer."""
    customer_id = None
    if customer:
        known = await fleet.customer_named(connection, customer)
        if known is None:
            raise NotFound("customer", customer)
        customer_id = known.id
    version = await plans.in_force(connection, customer_id or _NOBODY, now)
    zone = version.plan.zone
    span = history.span_of(since, until, now.astimezone(ZoneInfo(zone)).date())
    return Wish(span, customer_id, customer or "", zone)


async def compliance(connection: Connection, wished: Wish, now: datetime) -> Report:
    return await history.report(connection, wished.span, now, wished.customer_id, wished.customer)


def by_named(name: str | None) -> By | None:
    """Raises `Invalid` for a grouping that is none of ours; "" is none."""
    if not name:
        return None
    found = next((by for by in By if by.value == name), None)
    if found is None:
        raise Invalid(
            "by", f"{name[:40]!r} is none of ours", f"Use one of {', '.join(one.value for one in By)}"
        )
    return found


def fitting(span: Span) -> By:
    """Periods that make a readable row of bars."""
    days = (span.until - span.since).days
    return By.DAY if days <= 31 else By.WEEK if days <= 183 else By.MONTH


async def file(report: Report, kind: str, by: By | None, words: Translator, zone: str) -> bytes:
    """Made beside the event loop. Raises `NotFound` for a kind that is not in MEDIA."""
    if kind not in MEDIA:
        raise NotFound("kind of file", kind)
    return await asyncio.to_thread(_file, report, kind, by, words, zone)


def name_of(report: Report, kind: str) -> str:
    """Plain ASCII, so that it can stand in a header."""
    return f"vigia-{report.since}-{report.until}.{kind}"


def _file(report: Report, kind: str, by: By | None, words: Translator, zone: str) -> bytes:
    if kind == "csv":
        return sheets.comma_separated(figures.grouped(report, by, words))
    period = fitting(Span(report.since, report.until))
    if kind == "pdf":
        return paper.pdf(report, by or period, words, zone)
    groups = dict.fromkeys((by or period, period, By.SEVERITY, By.CUSTOMER))
    tables = (*(figures.grouped(report, one, words) for one in groups), figures.incidents(report, words))
    return sheets.workbook(tables, report.as_of)
