"""What both doors need of a forecast: its promises, savings and hours, in the reader's language."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller.reports.forecast import reading
from controller.reports.forecast.outlook import Expected, Hour
from controller.reports.forecast.reading import Forecast
from controller.reports.forecast.savings import Saving
from controller.reports.forecast.work import LEVELS, Chance
from controller.sla import store as plans
from controller.storage import Connection
from controller.web.api import shapes
from controller.web.console.queue import title_of
from controller.words import clocks
from controller.words import forecast as says
from controller.words.catalogue import Translator

_NOBODY = UUID(int=0)
_NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Promise:
    """One that falls due. `said`: why. `follows`: it follows from one before it in the list."""

    reference: str
    title: str
    customer: str
    zone: str
    severity: str
    clock: str
    clock_name: str
    due: datetime
    expected_at: datetime | None
    slow_at: datetime | None
    level: int
    chance: str
    chance_name: str
    tone: str
    why: str
    said: str
    follows: bool


@dataclass(frozen=True, slots=True)
class Told:
    """`zone`: in which hours are written."""

    now: datetime
    until: datetime
    hours: int
    zone: str
    counts: dict[str, int]
    promises: tuple[Promise, ...]
    savings: tuple[tuple[Saving, str], ...]
    by_hour: tuple[Hour, ...]
    notes: tuple[str, ...]


async def told(connection: Connection, now: datetime, hours: int, words: Translator) -> Told:
    """Reads, then computes beside the event loop."""
    version = await plans.in_force(connection, _NOBODY, now)
    gathered = await reading.gather(connection, now, hours)
    found = await asyncio.to_thread(reading.computed, gathered)
    known = await shapes.names(connection, list(found.cases.values()))
    return Told(
        now, found.question.until, hours, version.plan.zone,
        {chance.value: found.outlook.count(chance) for chance in Chance},
        tuple(_promise(one, found, known, words) for one in found.outlook.expected),
        tuple((one, _saving(one, version.plan.zone, words)) for one in found.savings),
        found.outlook.hours,
        _notes(found, words),
    )  # fmt: skip


def _promise(one: Expected, found: Forecast, known: shapes.Names, words: Translator) -> Promise:
    case, owed = found.cases[one.owed.number], one.owed
    customer = known.customers.get(case.customer_id)
    late = max(_NONE, one.at - owed.due) if one.at is not None else None
    return Promise(
        case.reference, title_of(case, known.machine(case), words), customer.name if customer else "",
        known.zone(case), owed.severity, owed.clock, clocks.clock(words, owed.clock), owed.due, one.at,
        one.slow_at, one.level, one.chance.value, says.chance(words, one.chance.value),
        says.TONES[one.chance.value], one.why.value,
        says.why(words, one.why.value, level=one.level, ahead=one.ahead, late=late, usual=one.pace.usual,
                 slow=one.pace.slow),
        owed.part > 0,
    )  # fmt: skip


def _saving(one: Saving, zone: str, words: Translator) -> str:
    change = one.change
    return says.saving(
        words, change.kind.value, reference=f"INC-{change.number}", level=change.level, until=change.until,
        zone=zone, saved=one.saved, eased=one.eased,
    )  # fmt: skip


def _notes(found: Forecast, words: Translator) -> tuple[str, ...]:
    """Which levels of those that have something to do are guessed."""
    assumed = {
        one.level
        for one in found.outlook.expected
        if not one.pace.examples and one.owed.clock != "resolution"
    }
    return says.notes(
        words, arrivals=found.arrivals, paused=found.paused, unseen=found.unseen,
        assumed=[level for level in LEVELS if level in assumed],
    )  # fmt: skip
