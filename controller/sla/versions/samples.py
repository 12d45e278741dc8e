"""A handful of instants at which promises are often misjudged, and what would be due from each of them."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from controller.sla.calendar import Calendar
from controller.sla.plan import ALL_HOURS, CLOCKS
from controller.sla.versions.version import Governing
from controller.sla.zones import instant_of

_DAY = timedelta(days=1)
_FRIDAY, _SATURDAY = 4, 5
_NONE = timedelta(0)


class Sample(NamedTuple):
    """`kind`: monday, friday, night, saturday, eve (of a holiday)."""

    kind: str
    at: datetime


class Due(NamedTuple):
    """Counted from the sample itself; None where nothing is promised."""

    severity: str
    clock: str
    before: datetime | None
    after: datetime | None


def samples(zone: str, calendars: Iterable[Calendar], since: datetime) -> tuple[Sample, ...]:
    """The next of each kind at or after `since`, on that zone's clocks, in order of time."""
    there = ZoneInfo(zone)
    today = since.astimezone(there).date() + _DAY
    found = [
        Sample("monday", instant_of(there, datetime.combine(_next(today, 0), time(10)))),
        Sample("friday", instant_of(there, datetime.combine(_next(today, _FRIDAY), time(17, 30)))),
        Sample("saturday", instant_of(there, datetime.combine(_next(today, _SATURDAY), time(12)))),
        Sample("night", instant_of(there, datetime.combine(_next(today, 2), time(2, 30)))),
    ]
    coming = [day for one in calendars for day, _ in one.holidays.coming(today + _DAY, 1)]
    if coming:
        found.append(Sample("eve", instant_of(there, datetime.combine(min(coming) - _DAY, time(17, 30)))))
    return tuple(sorted(found, key=lambda one: one.at))


def dues(before: Governing | None, after: Governing, at: datetime) -> tuple[Due, ...]:
    """By severity and clock, if each were counted from `at`."""
    plans = [one.plan for one in (before, after) if one is not None]
    names = dict.fromkeys(name for plan in reversed(plans) for name in plan.severities)
    found = (
        Due(name, clock, _due(before, name, clock, at), _due(after, name, clock, at))
        for name in names
        for clock in CLOCKS
    )
    return tuple(one for one in found if one.before or one.after)


def _due(governing: Governing | None, severity: str, clock: str, at: datetime) -> datetime | None:
    if governing is None or severity not in governing.plan.severities:
        return None
    promise = governing.plan.severities[severity].promises.get(clock)
    return promise.after(at, governing.plan.calendar(clock, governing.calendars), _NONE) if promise else None


def named_calendars(governing: Governing) -> tuple[str, ...]:
    """Those that its promises count on."""
    return tuple(sorted({name for name in governing.plan.hours.values() if name != ALL_HOURS}))


def _next(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
