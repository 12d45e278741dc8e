"""What would save most: the same forecast once more with one thing changed, and what that comes to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from controller.reports.forecast.outlook import Outlook, foresee
from controller.reports.forecast.work import LEVELS, Chance, Owed, Question, Shift

MOST_SHOWN = 6
MOST_TRIED = 24
"""Incidents that are tried as the first to be taken, and as escalated now: those due soonest."""


class Kind(Enum):
    KEEPABLE = "keepable"
    FIRST = "first"
    ESCALATE = "escalate"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that could be done now. `number`: of an incident, else 0; `level`: of the person, or where an
    incident goes; `until`: how long the person is there."""

    kind: Kind
    number: int = 0
    level: int = 0
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saving:
    """Of the promises of the forecast, net. `saved`: so many fewer are likely missed; `eased`: so many fewer
    are likely missed or at risk, besides those. Each word promises the next, so what is promised only because
    of the change is no loss: else it would be best to say nothing."""

    change: Change
    saved: int
    eased: int


def savings(question: Question, outlook: Outlook) -> tuple[Saving, ...]:
    """The best first; of equal ones what costs least. What saves nothing is not there."""
    known = {one.owed.key for one in outlook.expected}
    before = _losses(outlook, known)
    found: list[Saving] = []
    for change in _changes(question, outlook):
        after = _losses(foresee(changed(question, change)), known)
        saved, eased = before[0] - after[0], before[0] + before[1] - after[0] - after[1]
        if saved > 0 or (saved == 0 and eased > 0):
            found.append(Saving(change, saved, max(0, eased - saved)))
    order = list(Kind)
    found.sort(key=lambda one: (-one.saved, -one.eased, order.index(one.change.kind), one.change.number,
                                one.change.level))  # fmt: skip
    return tuple(found[:MOST_SHOWN])


def changed(question: Question, change: Change) -> Question:
    """The question as if that were done now."""
    if change.kind is Kind.KEEPABLE:
        return replace(question, keepable=True)
    if change.kind is Kind.FIRST:
        return replace(question, first=frozenset({change.number}))
    if change.kind is Kind.PERSON:
        one_more = Shift("+", change.level, question.now, change.until or question.until)
        return replace(question, crew=(*question.crew, one_more))
    return replace(question, owed=tuple(_raised(one, change, question.now) for one in question.owed))


def _losses(outlook: Outlook, known: set[tuple[int, str, int]]) -> tuple[int, int]:
    found = [one.chance for one in outlook.expected if one.owed.key in known]
    return found.count(Chance.LIKELY_MISSED), found.count(Chance.AT_RISK)


def _changes(question: Question, outlook: Outlook) -> Iterator[Change]:
    """Only what may help: nothing is tried while all is safe."""
    wanting = [one for one in outlook.expected if one.chance in (Chance.LIKELY_MISSED, Chance.AT_RISK)]
    if not wanting:
        return
    if outlook.count(Chance.MISSED):
        yield Change(Kind.KEEPABLE)
    tried = list(dict.fromkeys(one.owed.number for one in wanting))[:MOST_TRIED]
    for number in tried:
        yield Change(Kind.FIRST, number)
    levels = {one.owed.number: one.owed.level_at(question.now) for one in wanting}
    staffed = {shift.level for shift in question.crew if shift.since <= question.now < shift.until}
    for number in tried:
        higher = min((level for level in staffed if level > levels[number]), default=None)
        if higher is not None:
            yield Change(Kind.ESCALATE, number, higher)
    for level in LEVELS:
        if any(one.level == level for one in wanting):
            yield Change(Kind.PERSON, level=level, until=question.until)


def _raised(owed: Owed, change: Change, now: datetime) -> Owed:
    if owed.number != change.number:
        return owed
    later = tuple((since, level) for since, level in owed.levels if since > now and level > change.level)
    return replace(owed, levels=((now, change.level), *later))
