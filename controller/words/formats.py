"""How instants, durations, sizes and numbers are written, in the reader's language and zone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_month_names
from babel.numbers import format_decimal, format_percent


def zone_named(name: str | None) -> ZoneInfo:
    """An IANA zone; an unknown name gives UTC, since a page must be shown all the same."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def instant(at: datetime, language: str, zone: str | None = None) -> str:
    """Date and time to the second, with the zone's short name: "2 mar 2026, 12:00:05 CST"."""
    return _instant(at, language, zone)


# A notice says when something was opened to each of its readers, and a packet again.
@lru_cache(maxsize=4096)
def _instant(at: datetime, language: str, zone: str | None) -> str:
    local = at.astimezone(zone_named(zone))
    # By hand, since the library takes ten times as long, and a story holds hundreds of instants.
    month = _months(language)[local.month]
    time = f"{local.hour:02}:{local.minute:02}:{local.second:02}"
    return f"{local.day} {month} {local.year}, {time} {local.tzname() or ''}".rstrip()


@cache
def _months(language: str) -> Mapping[int, str]:
    """Short names, as in "2 mar 2026"."""
    return dict(get_month_names("abbreviated", "format", Locale.parse(language)))


def time_of_day(at: datetime, language: str, zone: str | None = None) -> str:
    """Hours and minutes: "12:00"."""
    return format_time(at.astimezone(zone_named(zone)), "HH:mm", locale=language)


def day(at: datetime, language: str, zone: str | None = None) -> str:
    """ "lun 2 mar" or "Mon 2 Mar"."""
    return format_date(at.astimezone(zone_named(zone)).date(), "EEE d MMM", locale=language)


def iso(at: datetime) -> str:
    """UTC with Z, for `<time datetime>` and JSON."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def duration(length: timedelta | float) -> str:
    """The two largest units, the same in both languages: "1 h 20 min", "3 d 4 h", "45 s". Takes seconds."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    left = round(seconds)
    parts: list[str] = []
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
        if len(parts) == 2 or (parts and not count):
            break
    return sign + (" ".join(parts[:2]) or "0 s")


def promise(written: str) -> str:
    """A plan's "30m", "4h" or "2d" as people read it: "30 min", "4 h", "2 d"; anything else as it is."""
    units = {"m": "min", "h": "h", "d": "d"}
    if written[:-1].isdigit() and written[-1] in units:
        return f"{written[:-1]} {units[written[-1]]}"
    return written


def size(count_bytes: float, language: str) -> str:
    """Binary multiples: "1.4 GiB"."""
    amount = float(count_bytes)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(amount) < 1024 or unit == "TiB":
            break
        amount /= 1024
    return f"{format_decimal(amount, '#,##0' if unit == 'B' else '#,##0.#', locale=language)} {unit}"


def ratio(value: float, language: str) -> str:
    """0.957 as "95.7 %"."""
    return format_percent(value, "#,##0.# %", locale=language)


def number(value: float, language: str) -> str:
    return format_decimal(value, "#,##0.##", locale=language)
