"""Random opening hours, zones and spans, near the days on which clocks change as often as not."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from controller.sla.calendar import Calendar
from controller.sla.holiday import Holidays
from tests.support.slow_calendar import DAYS, SlowCalendar, Weekly

ZONES = (
    "UTC", "Europe/Madrid", "America/Mexico_City", "America/Bogota", "America/Sao_Paulo", "America/Santiago",
    "America/St_Johns", "America/Havana", "America/New_York", "Atlantic/Azores", "Africa/Casablanca",
    "Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Asia/Beirut", "Asia/Gaza",
    "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Apia", "Pacific/Chatham", "Antarctica/Troll",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """The same hours twice: ours, and the slow ones."""

    fast: Calendar
    slow: SlowCalendar
    start: datetime
    end: datetime


def sample(random: Random, longest: timedelta = timedelta(days=3)) -> Sample:
    zone = random.choice(ZONES)
    start = _start(random, zone)
    end = start + random.random() * longest
    end = end.replace(microsecond=0)
    first = start.astimezone(ZoneInfo(zone)).date()
    holidays = frozenset(
        first + timedelta(days=random.randint(-1, 4)) for _ in range(random.choice((0, 0, 1, 2)))
    )
    weekly = _weekly(random)
    return Sample(
        Calendar(zone, _in_minutes(weekly), Holidays(holidays)),
        SlowCalendar(zone, weekly, holidays),
        start,
        end,
    )


def _start(random: Random, zone: str) -> datetime:
    changes = days_of_change(zone)
    if changes and random.random() < 0.6:
        day = random.choice(changes) - timedelta(days=random.randint(0, 2))
    else:
        day = date(2000, 1, 1) + timedelta(days=random.randrange(365 * 30))
    second = random.choice((0, 0, 0, random.randrange(60)))
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return start + timedelta(minutes=random.randrange(1440), seconds=second)


@cache
def days_of_change(zone: str) -> tuple[date, ...]:
    """UTC dates from 2000 to 2030 within which the zone's offset changes."""
    found: list[date] = []
    day = datetime(2000, 1, 1, tzinfo=UTC)
    while day.year < 2031:
        after = day + timedelta(days=1)
        if day.astimezone(ZoneInfo(zone)).utcoffset() != after.astimezone(ZoneInfo(zone)).utcoffset():
            found.append(day.date())
        day = after
    return tuple(found)


def _weekly(random: Random) -> Weekly:
    style = random.choice(("any", "any", "office", "nights", "always"))
    if style == "always":
        return {day: [("00:00", "24:00")] for day in DAYS}
    if style == "office":
        return {day: [("09:00", "14:00"), ("16:00", "19:00")] for day in DAYS[:5]}
    if style == "nights":
        return {day: [("22:00", "06:00")] for day in DAYS}
    return {day: [_interval(random) for _ in range(random.choice((0, 1, 1, 2, 3)))] for day in DAYS}


def _interval(random: Random) -> tuple[str, str]:
    """Often with an end at night, where clocks change."""
    start = random.choice((random.randrange(1440), random.randrange(0, 240, 15)))
    end = random.choice((random.randrange(1441), random.randrange(0, 240, 15), 1440))
    return _reading(start), _reading(end)


def _reading(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _in_minutes(weekly: Weekly) -> tuple[tuple[tuple[int, int], ...], ...]:
    rows = []
    for day in DAYS:
        pairs = []
        for opens, closes in weekly.get(day, []):
            start, end = (int(reading[:2]) * 60 + int(reading[3:]) for reading in (opens, closes))
            pairs.append((start, end if end > start else end + 1440))
        rows.append(tuple(pairs))
    return tuple(rows)
