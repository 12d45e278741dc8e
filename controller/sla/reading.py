"""Taking a mapping from outside apart, with every fault at once, by its key path."""

import math
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from controller.sla.calendar import DAY_MINUTES, WEEKDAYS, Calendar, Minutes
from controller.sla.errors import Fault
from controller.sla.holiday import Holidays, known_country, known_region

Table = Mapping[str, object]
LARGEST_MINUTES = 52_560_000
"""A hundred years: longer promises are typing errors."""


class Reader:
    """Collects faults; each `take` gives a usable value even where it found one, so that reading goes on.

    `line_of` tells a key path's line, where there are lines.
    """

    def __init__(self, line_of: Callable[[str], int | None] | None = None) -> None:
        self.faults: list[Fault] = []
        self._line_of = line_of

    def fault(self, path: str, kind: str, limit: str, way_out: str = "") -> None:
        line = self._line_of(path) if self._line_of else None
        self.faults.append(Fault(path, kind, limit, way_out, line))

    def table(self, value: object, path: str) -> Table:
        if isinstance(value, Mapping):
            return value
        self.fault(path or "(root)", "wrong_type", "must be a table of keys and values")
        return {}

    def known_keys(self, table: Table, path: str, known: Iterable[str]) -> None:
        allowed = tuple(known)
        for key in table:
            if key not in allowed:
                self.fault(
                    f"{path}.{key}" if path else key,
                    "unknown_key",
                    "unknown key",
                    "Known here: " + ", ".join(allowed),
                )

    def text(self, table: Table, key: str, path: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or not value.strip() or len(value) > 255:
            kind = "missing" if value is None else "wrong_type"
            self.fault(path, kind, "must be text of 1 to 255 characters")
            return default or ""
        return value

    def choice(self, table: Table, key: str, path: str, allowed: tuple[str, ...], default: str) -> str:
        value = table.get(key, default)
        if value not in allowed:
            self.fault(path, "not_allowed", f"{value!r} is not known", "One of " + ", ".join(allowed))
            return default
        return str(value)

    def texts(self, value: object, path: str, allowed: tuple[str, ...] = ()) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self.fault(path, "wrong_type", "must be a list of names")
            return ()
        for item in value:
            if allowed and item not in allowed:
                self.fault(path, "not_allowed", f"{item!r} is not known", "Any of " + ", ".join(allowed))
        return tuple(dict.fromkeys(value))

    def number(self, value: object, path: str, least: float, most: float) -> float:
        """A finite number; true and false are none."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
            self.fault(path, "wrong_type", "must be a number")
            return least
        if not least <= value <= most:
            kind = "negative" if value < 0 else "not_allowed"
            self.fault(path, kind, f"must be from {least:g} to {most:g}, not {value:g}")
            return least
        return float(value)

    def zone(self, value: object, path: str) -> str:
        if isinstance(value, str) and known_zone(value):
            return value
        self.fault(
            path,
            "unknown_zone",
            f"{value!r} is not a time zone",
            "Use an IANA name such as America/Mexico_City",
        )
        return "UTC"

    def weekly(self, value: object, path: str) -> tuple[tuple[Minutes, ...], ...]:
        table = self.table(value, path)
        self.known_keys(table, path, WEEKDAYS)
        return tuple(self._intervals(table.get(day, []), f"{path}.{day}") for day in WEEKDAYS)

    def holidays(self, value: object, path: str, country: str = "", region: str = "") -> Holidays:
        """Own dates as dates or `YYYY-MM-DD`; country and region are checked against the library."""
        days = value if isinstance(value, list) else []
        if days is not value:
            self.fault(path, "wrong_type", "must be a list of dates")
        own = frozenset(filter(None, (self._day(day, f"{path}[{i}]") for i, day in enumerate(days))))
        return Holidays(own, country, region)

    def country(self, country: str, region: str) -> tuple[str, str]:
        if country and not known_country(country):
            self.fault(
                "country",
                "not_allowed",
                f"no holidays are known for {country!r}",
                "Use a two-letter country code, or list own dates in holidays",
            )
            return "", ""
        if region and not known_region(country, region):
            self.fault("region", "not_allowed", f"no region {region!r} is known for {country!r}")
            return country, ""
        return country, region

    def _day(self, value: object, path: str) -> date | None:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError:
            pass
        self.fault(path, "wrong_type", f"{value!r} is not a date", "Write YYYY-MM-DD")
        return None

    def _intervals(self, value: object, path: str) -> tuple[Minutes, ...]:
        if not isinstance(value, list):
            self.fault(path, "wrong_type", "must be a list of intervals", 'Such as [["09:00", "18:00"]]')
            return ()
        found = (self._interval(pair, f"{path}[{i}]") for i, pair in enumerate(value))
        return tuple(pair for pair in found if pair is not None)

    def _interval(self, value: object, path: str) -> Minutes | None:
        if isinstance(value, list) and len(value) == 2:
            start, end = _clock_minutes(value[0]), _clock_minutes(value[1])
            if start is not None and end is not None and start < DAY_MINUTES:
                return (start, end if end > start else end + DAY_MINUTES)
        self.fault(
            path,
            "not_allowed",
            f"{value!r} is not an interval of a day",
            'Write ["HH:MM", "HH:MM"]; 24:00 is allowed as an end',
        )
        return None


def known_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def calendar_of(
    reader: Reader, zone: str, weekly: tuple[tuple[Minutes, ...], ...], days: Holidays
) -> Calendar:
    calendar = Calendar(zone, weekly, days)
    if calendar.never and not reader.faults:
        reader.fault("weekly", "never_opens", "the calendar never opens", "Give at least one open interval")
    return calendar


def _clock_minutes(value: object) -> int | None:
    """Minutes from midnight of "HH:MM", "24:00" included."""
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
        return None
    hours, minutes = value[:2], value[3:]
    if not (hours.isascii() and hours.isdecimal() and minutes.isascii() and minutes.isdecimal()):
        return None
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= DAY_MINUTES else None


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
