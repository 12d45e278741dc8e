"""A report as PDF. What is written on it is data to the typesetter: no name can become a command."""

import json
from datetime import UTC
from pathlib import Path
from typing import Any

from controller.reports.compliance import By, Line, Report, Tally
from controller.words import formats
from controller.words import reports as names
from controller.words.catalogue import Translator

_TEMPLATE = Path(__file__).with_name("paper.typ")
_LABELS_MAX = 12
"""More labels than that cannot be read under the bars."""
NOTHING = "–"

Json = dict[str, Any]


def pdf(report: Report, by: By, words: Translator, zone: str) -> bytes:
    """Tagged, and with only the fonts that the typesetter brings. The same report gives the same bytes.

    `zone`: of the instant in its foot. Takes up to a second: not for an event loop.
    """
    typed = json.dumps(_content(report, by, words, zone))
    made = _typesetter().compile(
        sys_inputs={"report": typed}, format="pdf", timestamp=report.as_of.astimezone(UTC)
    )
    assert isinstance(made, bytes)
    return made


def _typesetter() -> Any:
    """A new one each time: one cannot be used by two threads at once."""
    from typst import Compiler

    return Compiler(_TEMPLATE, root=_TEMPLATE.parent, ignore_system_fonts=True)


def _content(report: Report, by: By, words: Translator, zone: str) -> Json:
    _ = words._
    whole = report.total
    found = report.lines(by)
    return {
        "language": words.language,
        "title": _("Promises kept"),
        "subtitle": " · ".join((_plain(report.customer) or _("All customers"), span(report, words))),
        "foot": _("As of {at}", at=formats.instant(report.as_of, words.language, zone)),
        "tiles": [_tile(name, tally, words) for name, tally in _promises(whole)],
        "charts": [_chart(name, report, by, words) for name, _ in _promises(whole)] if found else [],
        "tables": [
            _table(names.group(words, one.value), report.lines(one), whole, one, words)
            for one in dict.fromkeys((by, By.SEVERITY, By.CUSTOMER))
        ],
        "notes": notes(report, words),
    }


def _promises(line: Line) -> tuple[tuple[str, Tally], ...]:
    return ("first_response", line.first_response), ("escalation_and_update", line.escalation_and_update)


def span(report: Report, words: Translator) -> str:
    return words._(
        "incidents opened from {since} to {until}",
        since=names.day(words, report.since),
        until=names.day(words, report.until),
    )


def percent(value: float | None, words: Translator) -> str:
    """A ratio below its target is never rounded up to it: one decimal, cut."""
    return NOTHING if value is None else formats.ratio(int(value * 1000 + 1e-9) / 1000, words.language)


def remark(tally: Tally, words: Translator) -> str:
    """ "19 of 20 decided, 2 undecided; target 95 %"."""
    return words._(
        "{kept} of {decided} decided, {undecided} undecided; target {target}",
        kept=tally.kept,
        decided=tally.decided,
        undecided=tally.undecided,
        target=percent(tally.target, words),
    )


def notes(report: Report, words: Translator) -> list[str]:
    """What stands beside the clocks, in sentences: T4a, T12, T13."""
    _, whole = words._, report.total
    found = [
        _(
            "Undetected outage before we knew: {middle} in the middle, {longest} at the longest.",
            middle=formats.duration(whole.undetected.middle),
            longest=formats.duration(whole.undetected.longest),
        ),
        _(
            "Our controller was away {span} in that time; {count} incidents were alive then, and {missed} of "
            "them missed a promise. They are counted like all others.",
            span=formats.duration(report.down_total),
            count=whole.down,
            missed=whole.down_missed,
        ),
    ]
    for climbs, template in (
        (whole.by_person, _("Escalated by people: {count}, {late} late. {acted}")),
        (whole.by_engine, _("Escalated by the clock: {count}, {late} late. {acted}")),
    ):
        acted = _(
            "The new level acted after {middle} in the middle, {longest} at the longest; {waiting} wait.",
            middle=formats.duration(climbs.acted.middle) if climbs.acted.count else NOTHING,
            longest=formats.duration(climbs.acted.longest) if climbs.acted.count else NOTHING,
            waiting=climbs.waiting,
        )
        found.append(
            template.format(count=climbs.count, late=climbs.late, acted=acted if climbs.count else "")
        )
    return [sentence.strip() for sentence in found]


def _tile(name: str, tally: Tally, words: Translator) -> Json:
    return {
        "name": names.promise(words, name),
        "figure": percent(tally.ratio, words),
        "holds": tally.holds,
        "remark": remark(tally, words),
    }


def _chart(name: str, report: Report, by: By, words: Translator) -> Json:
    found = report.lines(by)
    every = -(-len(found) // _LABELS_MAX)
    bars = []
    for position, line in enumerate(found):
        tally = dict(_promises(line))[name]
        shown = position % every == 0
        bars.append({
            "label": _plain(names.short_key(words, by.value, line.key)) if shown else "",
            "figure": percent(tally.ratio, words) if shown else "",
            "permille": None if tally.ratio is None else round(tally.ratio * 1000),
            "holds": bool(tally.holds),
        })  # fmt: skip
    target = dict(_promises(report.total))[name].target
    return {
        "title": names.promise(words, name),
        "bars": bars,
        "target": round(target * 1000),
        "remark": words._("Dashed: the target, {target}", target=percent(target, words)),
    }


def _table(title: str, found: tuple[Line, ...], whole: Line, by: By, words: Translator) -> Json:
    _ = words._
    headings = [title, _("Incidents")]
    for name, _tally in _promises(whole):
        headings += [names.promise(words, name), _("decided"), _("undecided")]
    rows = [
        [
            _plain(names.key(words, by.value, one.key)),
            str(one.incidents),
            *(
                cell
                for _name, tally in _promises(one)
                for cell in (percent(tally.ratio, words), str(tally.decided), str(tally.undecided))
            ),
        ]
        for one in (*found, whole)
    ]
    return {"title": title, "headings": headings, "rows": rows}


def _plain(text: str) -> str:
    """Control signs and half characters are shown as what they are: nothing that paper knows."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
