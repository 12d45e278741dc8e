"""What was kept, with charts, and the same as files."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.core.errors import Invalid
from controller.fleet import store as fleet
from controller.reports.compliance import By, Climbs, Line, Report, Tally
from controller.reports.paper import notes, percent, remark
from controller.web import report as reading
from controller.web.console.queue import Choice
from controller.web.fault import Fault, fault
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff
from controller.words import formats
from controller.words import reports as names
from controller.words.catalogue import Translator

router = APIRouter()
PLOT_WIDTH, PLOT_HEIGHT = 640, 150
_LABELS_MAX = 10
_PERIODS = (By.DAY, By.WEEK, By.MONTH)


@dataclass(frozen=True, slots=True)
class Bar:
    """In the drawing's own units. `label` is "" where there is no room; `figure` is always said."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    tone: str
    label: str
    figure: str
    title: str


@dataclass(frozen=True, slots=True)
class Chart:
    """`target_y` is where the line of the target runs; `said` tells the chart to who cannot see it."""

    title: str
    bars: tuple[Bar, ...]
    target_y: float
    target: str
    said: str


@dataclass(frozen=True, slots=True)
class Figure:
    """One promise of a line. `tone`: done, late, or "" while nothing is decided."""

    name: str
    ratio: str
    tone: str
    remark: str
    kept: int
    missed: int
    undecided: int


@dataclass(frozen=True, slots=True)
class Row:
    """`by_person`, `by_engine`: how many escalations, and after how long the new level acted, middle; `away`:
    incidents that were alive while our controller was away, and how many of them missed a promise."""

    name: str
    incidents: int
    figures: tuple[Figure, ...]
    undetected: str
    by_person: str
    by_engine: str
    away: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of the page: its title, rows, and the whole."""

    title: str
    rows: tuple[Row, ...]
    whole: Row


@router.get("/reports")
async def reports_page(
    request: Request, reader: Staff, context: Here, since: str = "", until: str = "", customer: str = "",
    by: str = "",
) -> Response:  # fmt: skip
    """Plain GET fields; days that are none are said so, beside the usual thirty."""
    words, now = reader.words, context.clock.now()
    faults: Fault | None = None
    async with context.storage.reading() as connection:
        customers = await fleet.customers(connection)
        if customer not in {one.name for one in customers}:
            customer = ""
        try:
            wished = await reading.wish(connection, since, until, customer, now)
        except Invalid as error:
            faults = fault(words, error)
            wished = await reading.wish(connection, None, None, None, now)
        found = await reading.compliance(connection, wished, now)
    period = next((one for one in _PERIODS if one.value == by), reading.fitting(wished.span))
    status = 422 if faults else 200
    return pages_of(request).shown(
        reader, "reports", status, here="reports", topics="", faults=faults,
        figures=_figures(found.total, words), charts=_charts(found, period, words) if found.verdicts else (),
        sheets=[_sheet(found, one, words) for one in (By.SEVERITY, By.CUSTOMER, period)],
        notes=notes(found, words), incidents=found.total.incidents,
        since=wished.span.since.isoformat(), until=wished.span.until.isoformat(),
        choices=_choices(words, [one.name for one in customers], wished.customer, by),
        query=_query(wished.span.since, wished.span.until, wished.customer, period),
    )  # fmt: skip


@router.get("/reports/file/{kind}")
async def report_file(
    reader: Staff, context: Here, kind: str, since: str = "", until: str = "", customer: str = "",
    by: str = "",
) -> Response:  # fmt: skip
    group = reading.by_named(by)
    now = context.clock.now()
    async with context.storage.reading() as connection:
        wished = await reading.wish(connection, since, until, customer, now)
        found = await reading.compliance(connection, wished, now)
    data = await reading.file(found, kind, group, reader.words, wished.zone)
    disposition = f'attachment; filename="{reading.name_of(found, kind)}"'
    return Response(data, media_type=reading.MEDIA[kind], headers={"Content-Disposition": disposition})


def _query(since: date, until: date, customer: str, by: By) -> dict[str, str]:
    asked = {"since": since.isoformat(), "until": until.isoformat(), "customer": customer, "by": by.value}
    return {name: value for name, value in asked.items() if value}


def _choices(words: Translator, customers: list[str], customer: str, by: str) -> tuple[Choice, ...]:
    _ = words._
    return (
        Choice("customer", _("Customer"), (
            ("", _("All of them")), *((one, one) for one in customers),
        ), customer),
        Choice("by", _("Charts by"), (
            ("", _("What fits")), *((one.value, names.group(words, one.value)) for one in _PERIODS),
        ), by),
    )  # fmt: skip


def _promises(line: Line) -> tuple[tuple[str, Tally], ...]:
    return ("first_response", line.first_response), ("escalation_and_update", line.escalation_and_update)


def _figures(line: Line, words: Translator) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            names.promise(words, name), percent(tally.ratio, words), _tone(tally), remark(tally, words),
            tally.kept, tally.missed, tally.undecided,
        )
        for name, tally in _promises(line)
    )  # fmt: skip


def _tone(tally: Tally) -> str:
    return {True: "done", False: "late", None: ""}[tally.holds]


def _sheet(report: Report, by: By, words: Translator) -> Sheet:
    rows = tuple(_row(one, by, words) for one in report.lines(by))
    return Sheet(names.group(words, by.value), rows, _row(report.total, by, words))


def _row(line: Line, by: By, words: Translator) -> Row:
    return Row(
        names.key(words, by.value, line.key), line.incidents, _figures(line, words),
        formats.duration(line.undetected.middle), _climbed(line.by_person), _climbed(line.by_engine),
        f"{line.down} / {line.down_missed}" if line.down else "0",
    )  # fmt: skip


def _climbed(climbs: Climbs) -> str:
    if not climbs.acted.count:
        return str(climbs.count)
    return f"{climbs.count} · {formats.duration(climbs.acted.middle)}"


def _charts(report: Report, by: By, words: Translator) -> tuple[Chart, ...]:
    found = report.lines(by)
    return tuple(
        _chart(name, tally.target, [(line, dict(_promises(line))[name]) for line in found], by, words)
        for name, tally in _promises(report.total)
    )


def _chart(name: str, target: float, found: list[tuple[Line, Tally]], by: By, words: Translator) -> Chart:
    step = PLOT_WIDTH / len(found)
    every = -(-len(found) // _LABELS_MAX)
    bars = []
    for position, (line, tally) in enumerate(found):
        width = min(step * 0.62, 56.0)
        middle = (position + 0.5) * step
        height = PLOT_HEIGHT * (tally.ratio or 0.0)
        key, figure = names.key(words, by.value, line.key), percent(tally.ratio, words)
        label, shown = names.short_key(words, by.value, line.key), position % every == 0
        bars.append(Bar(
            round(middle - width / 2, 2), round(PLOT_HEIGHT - height, 2), round(width, 2), round(height, 2),
            round(middle, 2), _tone(tally), label if shown else "", figure if shown else "",
            f"{key}: {figure}. {remark(tally, words)}",
        ))  # fmt: skip
    title, limit = names.promise(words, name), percent(target, words)
    said = words._("{promise} in each period, with the target at {target}", promise=title, target=limit)
    return Chart(title, tuple(bars), round(PLOT_HEIGHT * (1 - target), 2), limit, said)
