"""A report as tables of typed cells, headed in the reader's language; each kind of file writes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from controller.reports.compliance import By, Climbs, Line, Report, Tally
from controller.reports.verdict import Verdict
from controller.words import reports as names
from controller.words.catalogue import Translator

Value = str | int | float | date | None


class Kind(Enum):
    """Of a column's cells. `minutes` may be fractional; `ratio` is 0..1."""

    TEXT = "text"
    COUNT = "count"
    RATIO = "ratio"
    MINUTES = "minutes"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]


def grouped(report: Report, by: By | None, words: Translator) -> Table:
    """A line for each group, and the whole in the last row; only that without `by`."""
    found = report.lines(by) if by is not None else ()
    first = names.group(words, by.value) if by is not None else words._("Everything")
    columns = (Column(first, Kind.TEXT), *_columns(words))
    kind = by.value if by is not None else ""
    rows = tuple((names.key(words, kind, one.key), *_cells(one)) for one in (*found, report.total))
    return Table(first, columns, rows)


def incidents(report: Report, words: Translator) -> Table:
    """Every incident with its verdict: what the sums are made of."""
    _ = words._
    first, second = (names.promise(words, name) for name in names.PROMISES)
    columns = (
        Column(_("Incident"), Kind.TEXT),
        Column(_("Customer"), Kind.TEXT),
        Column(_("Opened on"), Kind.DAY),
        Column(_("State"), Kind.TEXT),
        Column(first, Kind.TEXT),
        Column(_("{promise}: severity", promise=first), Kind.TEXT),
        Column(second, Kind.TEXT),
        Column(_("{promise}: severity", promise=second), Kind.TEXT),
        Column(_("Undetected (min)"), Kind.MINUTES),
        Column(_("Our controller away (min)"), Kind.MINUTES),
        Column(_("Escalations by people"), Kind.COUNT),
        Column(_("Escalations by the clock"), Kind.COUNT),
    )
    return Table(_("Incidents"), columns, tuple(_incident(one, words) for one in report.verdicts))


def _columns(words: Translator) -> Iterable[Column]:
    _ = words._
    yield Column(_("Incidents"), Kind.COUNT)
    for name in names.PROMISES:
        promise = names.promise(words, name)
        yield Column(_("{promise}: kept", promise=promise), Kind.COUNT)
        yield Column(_("{promise}: missed", promise=promise), Kind.COUNT)
        yield Column(_("{promise}: undecided", promise=promise), Kind.COUNT)
        yield Column(_("{promise}: kept of decided", promise=promise), Kind.RATIO)
        yield Column(_("{promise}: target", promise=promise), Kind.RATIO)
    yield Column(_("Undetected, middle (min)"), Kind.MINUTES)
    yield Column(_("Undetected, longest (min)"), Kind.MINUTES)
    yield Column(_("While our controller was away"), Kind.COUNT)
    yield Column(_("Missed, of those"), Kind.COUNT)
    for by in (_("by people"), _("by the clock")):
        yield Column(_("Escalations {by}", by=by), Kind.COUNT)
        yield Column(_("Escalations {by}: late", by=by), Kind.COUNT)
        yield Column(_("Escalations {by}: the new level acted after, middle (min)", by=by), Kind.MINUTES)
        yield Column(_("Escalations {by}: not acted on yet", by=by), Kind.COUNT)


def _cells(line: Line) -> tuple[Value, ...]:
    return (
        line.incidents,
        *_tally(line.first_response),
        *_tally(line.escalation_and_update),
        minutes(line.undetected.middle),
        minutes(line.undetected.longest),
        line.down,
        line.down_missed,
        *_climbs(line.by_person),
        *_climbs(line.by_engine),
    )


def _tally(tally: Tally) -> tuple[Value, ...]:
    return tally.kept, tally.missed, tally.undecided, tally.ratio, tally.target


def _climbs(climbs: Climbs) -> tuple[Value, ...]:
    acted = minutes(climbs.acted.middle) if climbs.acted.count else None
    return climbs.count, climbs.late, acted, climbs.waiting


def _incident(one: Verdict, words: Translator) -> tuple[Value, ...]:
    by_engine = sum(climb.by_engine for climb in one.climbs)
    return (
        one.reference,
        one.customer,
        one.opened_on,
        names.state(words, one.status),
        names.outcome(words, one.first_response.outcome.value),
        names.severity(words, one.first_response.severity),
        names.outcome(words, one.escalation_and_update.outcome.value),
        names.severity(words, one.escalation_and_update.severity),
        minutes(one.undetected),
        minutes(one.down),
        len(one.climbs) - by_engine,
        by_engine,
    )


def minutes(length: timedelta) -> float:
    """To the second."""
    return round(length.total_seconds()) / 60
