"""What both doors show of how we are ourselves: each thing that is watched, its state, since when."""

from dataclasses import dataclass
from datetime import datetime

from controller.core.errors import Unavailable
from controller.incidents.case import Incident
from controller.reports.health.signs import FIRST_RESPONSE, UPDATES, WATCHED, Grade, Sign
from controller.reports.health.watch import Health
from controller.web.context import Context
from controller.words import health as says
from controller.words.catalogue import Translator


@dataclass(frozen=True, slots=True)
class Row:
    """`since`: when the alarm began, or the last one ended; None when there never was one. `reference`: of
    the incident, "" without one."""

    rule: str
    name: str
    object: str
    grade: str
    grade_name: str
    tone: str
    said: str
    since: datetime | None
    reference: str


async def looked(context: Context) -> Health:
    """Raises `Unavailable` where nobody watches."""
    if context.watch is None:
        raise Unavailable("this controller does not watch itself")
    return await context.watch.look()


def rows(found: Health, words: Translator) -> tuple[Row, ...]:
    """The worst first; of equal ones in the order of what is watched."""
    signs = [*found.signs, *(_nothing(rule) for rule in (FIRST_RESPONSE, UPDATES) if not _has(found, rule))]
    made = [_row(sign, found, words) for sign in signs]
    order = {grade.name.lower(): -grade.value for grade in Grade}
    places = {rule: place for place, rule in enumerate(WATCHED)}
    return tuple(
        sorted(made, key=lambda row: (order[row.grade], places.get(row.rule, len(places)), row.object))
    )


def _has(found: Health, rule: str) -> bool:
    return any(sign.rule == rule for sign in found.signs)


def _nothing(rule: str) -> Sign:
    return Sign(rule, "", Grade.GOOD)


def _row(sign: Sign, found: Health, words: Translator) -> Row:
    grade = sign.grade.name.lower()
    case = next((one for one in found.open if (one.rule, one.object) == (sign.rule, sign.object)), None)
    undecided = sign.rule in (FIRST_RESPONSE, UPDATES) and not sign.facts
    said = words._(says.NOTHING) if undecided else says.said(words, sign.rule, sign.object, sign.facts, grade)
    subject = sign.facts.get("customer", "")
    return Row(
        sign.rule, says.name(words, sign.rule), subject, grade, says.grade(words, grade), says.TONES[grade],
        said, case.opened_at if case else _ended(found, sign), case.reference if case else "",
    )  # fmt: skip


def _ended(found: Health, sign: Sign) -> datetime | None:
    """When the last alarm of it was over."""
    past: list[Incident] = [one for one in found.ended if one.rule == sign.rule]
    if sign.object:
        past = [one for one in past if one.object == sign.object]
    return max((one.cleared_at or one.updated_at for one in past), default=None)
