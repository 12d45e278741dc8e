"""What the pages of plans draw: a week as a picture, holidays to come, a calendar as a card."""

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date

from controller.sla.calendar import DAY_MINUTES, Calendar
from controller.sla.versions.version import CalendarVersion
from controller.web import plans as reading
from controller.words import plans as names
from controller.words.catalogue import Translator
from controller.words.formats import zone_named

LEFT, HOUR, ROW, BAR = 44, 25, 22, 14
"""Of the picture, in its own units: where midnight is, an hour's width, a day's height, a bar's height."""
_HOLIDAYS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Day:
    """`y` is where its bars begin; `text_y` where its name stands."""

    name: str
    y: int
    text_y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """A row for each weekday from 0 to 24 hours. `said` tells the picture to who cannot see it."""

    days: tuple[Day, ...]
    marks: tuple[tuple[int, str], ...]
    said: str


@dataclass(frozen=True, slots=True)
class Holiday:
    day: str
    name: str


@dataclass(frozen=True, slots=True)
class Card:
    """A calendar's version as it is shown. `place`: country and region, "" for own dates only."""

    path: str
    name: str
    version: str
    zone: str
    hours: str
    week: Week
    place: str
    holidays: tuple[Holiday, ...]


def card_of(version: CalendarVersion, words: Translator, now: datetime) -> Card:
    calendar, days = version.calendar, version.calendar.holidays
    today = now.astimezone(zone_named(calendar.zone)).date()
    hours = reading.week(version, words)
    return Card(
        path_of_calendar(version), version.name, version.version, calendar.zone, hours,
        week_of(calendar, words._("Open in a week: {hours}", hours=hours), words),
        " · ".join(one for one in (days.country, days.region) if one),
        tuple(
            Holiday(_day(day, words), name or words._("own date"))
            for day, name in days.coming(today, _HOLIDAYS, words.language)
        ),
    )  # fmt: skip


def week_of(calendar: Calendar, said: str, words: Translator) -> Week:
    found = []
    for number, name in enumerate(names.days_short(words)):
        bars = tuple(
            Bar(round(LEFT + start * HOUR / 60, 1), round((end - start) * HOUR / 60, 1))
            for start, end in calendar.wall_hours(number)
        )
        y = number * ROW
        found.append(Day(name, y, y + BAR - 3, bars))
    every_six = range(0, DAY_MINUTES + 1, 360)
    marks = tuple((LEFT + minutes * HOUR // 60, f"{minutes // 60}") for minutes in every_six)
    return Week(tuple(found), marks, said)


def path_of_calendar(version: CalendarVersion) -> str:
    return f"/plans/calendars/{version.id}"


def _day(day: date, words: Translator) -> str:
    return format_date(day, "EEE d MMM y", locale=words.language)
