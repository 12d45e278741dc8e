"""A schedule of duty from TOML, with every fault at once, by key path and line.

[rota.days]                       # a name of your own; a level may have several
level = 1
zone = "America/Mexico_City"
members = ["ana", "luis"]         # logins, in the order of their turns
starts = 2026-11-30               # ana's first day
every_days = 7                    # the default
hand_over = "mon 09:00"           # or "09:00" where turns are no weeks
[rota.days.hours]                 # optional: only then
mon = [["09:00", "18:00"]]
[acknowledge]
critical = "5m"                   # "never" asks nobody
"""

import re
import tomllib
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta

from controller.escalation.rota.rota import ACKNOWLEDGE, LEVELS, Rota, Schedule
from controller.sla.calendar import WEEKDAYS, Calendar
from controller.sla.durations import duration
from controller.sla.errors import Fault, PlanInvalid
from controller.sla.lines import line_of
from controller.sla.reading import Reader, Table

BYTES_MAX = 64 * 1024
ROTAS_MAX = 30
MEMBERS_MAX = 100
DAYS_MAX = 366
NEVER = "never"
_KEYS = ("effective_from", "rota", "acknowledge")
_ROTA_KEYS = ("level", "zone", "members", "starts", "every_days", "hand_over", "hours")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_HAND_OVER = re.compile(r"(?:(mon|tue|wed|thu|fri|sat|sun) )?([01][0-9]|2[0-3]):([0-5][0-9])")
_WAITS = (timedelta(minutes=1), timedelta(days=1))


class ScheduleInvalid(PlanInvalid):
    """A schedule that makes no sense. `faults` holds every one, in reading order."""


def read_schedule(text: str, logins: Collection[str] | None = None, now: datetime | None = None) -> Schedule:
    """`logins`: who may be a member; None believes the file. With `now`, `effective_from` must not be past.

    Raises ScheduleInvalid.
    """
    table, reader = _parse(text)
    reader.known_keys(table, "", _KEYS)
    rotas = reader.table(table.get("rota", {}), "rota")
    if len(rotas) > ROTAS_MAX:
        reader.fault("rota", "not_allowed", f"there are {len(rotas)} rotas", f"Use at most {ROTAS_MAX}")
    schedule = Schedule(
        tuple(_rota(reader, name, value, logins) for name, value in list(rotas.items())[:ROTAS_MAX]),
        _acknowledge(reader, reader.table(table.get("acknowledge", {}), "acknowledge")),
        _effective_from(reader, table.get("effective_from"), now),
    )
    if reader.faults:
        raise ScheduleInvalid(tuple(sorted(reader.faults, key=lambda fault: fault.line or 0)))
    return schedule


def _parse(text: str) -> tuple[Table, Reader]:
    size = len(text.encode(errors="replace"))
    if size > BYTES_MAX:
        limit = f"has {size} bytes, at most {BYTES_MAX} are taken"
        raise ScheduleInvalid((Fault("(file)", "not_allowed", limit, "Shorten it"),))
    try:
        return tomllib.loads(text), Reader(line_of(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        fault = Fault("(file)", "syntax", f"is not TOML: {error}", line=int(found[1]) if found else None)
        raise ScheduleInvalid((fault,)) from error


def _rota(reader: Reader, name: str, value: object, logins: Collection[str] | None) -> Rota:
    path = f"rota.{name}"
    table = reader.table(value, path)
    reader.known_keys(table, path, _ROTA_KEYS)
    if not _NAME.fullmatch(name):
        reader.fault(path, "not_allowed", "a rota's name is lower-case letters, digits, - and _, at most 64")
    zone = reader.zone(table.get("zone"), f"{path}.zone")
    every_days = _whole(reader, table.get("every_days", 7), f"{path}.every_days", DAYS_MAX, 7)
    weekday, hand_over = _hand_over(reader, table.get("hand_over", "09:00"), f"{path}.hand_over", every_days)
    first = _starts(reader, table.get("starts"), f"{path}.starts")
    if weekday is not None:
        first += timedelta(days=(weekday - first.weekday()) % 7)
    return Rota(
        name,
        _whole(reader, table.get("level"), f"{path}.level", max(LEVELS), 1),
        zone,
        _members(reader, table.get("members"), f"{path}.members", logins),
        first,
        hand_over,
        every_days,
        _hours(reader, table["hours"], f"{path}.hours", zone) if "hours" in table else None,
    )


def _whole(reader: Reader, value: object, path: str, most: int, otherwise: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most:
        return value
    if value is None:
        reader.fault(path, "missing", "is missing", "Give it")
    else:
        reader.fault(path, "not_allowed", f"{value!r} is not a whole number from 1 to {most}")
    return otherwise


def _members(reader: Reader, value: object, path: str, logins: Collection[str] | None) -> tuple[str, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= MEMBERS_MAX:
        limit = f"must be a list of 1 to {MEMBERS_MAX} logins"
        reader.fault(path, "wrong_type", limit, 'Such as ["ana", "luis"]')
        return ("",)
    for place, login in enumerate(value):
        if not isinstance(login, str) or (logins is not None and login not in logins):
            reader.fault(
                f"{path}[{place}]", "not_allowed", f"{login!r} is nobody active who may work on incidents",
                "`vigia users list` names them",
            )  # fmt: skip
    return tuple(map(str, value))


def _starts(reader: Reader, value: object, path: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime) and 2000 <= value.year <= 2200:
        return value
    reader.fault(path, "missing" if value is None else "wrong_type", "must be a day from 2000 to 2200",
                 "Write the day on which the first member begins, such as 2026-11-30")  # fmt: skip
    return date(2000, 1, 3)


def _hand_over(reader: Reader, value: object, path: str, every_days: int) -> tuple[int | None, time]:
    found = _HAND_OVER.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        reader.fault(path, "wrong_type", f"{value!r} is no hand-over", 'Write "mon 09:00" or "09:00"')
        return None, time(9)
    weekday = WEEKDAYS.index(found[1]) if found[1] else None
    if weekday is not None and every_days % 7:
        reader.fault(path, "not_allowed", f"turns of {every_days} days do not always end on that weekday",
                     'Leave the weekday out, or let every_days be 7, 14 ...')  # fmt: skip
    return weekday, time(int(found[2]), int(found[3]))


def _hours(reader: Reader, value: object, path: str, zone: str) -> Calendar | None:
    before = len(reader.faults)
    weekly = reader.weekly(value, path)
    if len(reader.faults) > before:
        return None
    calendar = Calendar(zone, weekly)
    if calendar.never:
        reader.fault(path, "never_opens", "holds no hours", "Give at least one interval, or leave it out")
    return calendar


def _acknowledge(reader: Reader, table: Table) -> dict[str, timedelta | None]:
    reader.known_keys(table, "acknowledge", ACKNOWLEDGE)
    found = dict(ACKNOWLEDGE)
    for name, value in table.items():
        if name in ACKNOWLEDGE:
            found[name] = _wait(reader, value, f"acknowledge.{name}")
    return found


def _wait(reader: Reader, value: object, path: str) -> timedelta | None:
    if value == NEVER:
        return None
    try:
        read = duration(value).nominal if isinstance(value, str) else timedelta(0)
    except (ValueError, OverflowError):
        read = timedelta(0)
    if not _WAITS[0] <= read <= _WAITS[1]:
        reader.fault(path, "not_allowed", f"{value!r} is no time from 1 minute to 1 day",
                     'Write "5m", "1h" or "never"')  # fmt: skip
    return read


def _effective_from(reader: Reader, value: object, now: datetime | None) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        reader.fault("effective_from", "wrong_type", "must be an instant with an offset",
                     "Such as 2026-12-01T00:00:00-06:00")  # fmt: skip
        return None
    if now is not None and value < now:
        reader.fault("effective_from", "past", f"{value.isoformat()} is in the past",
                     "Who was on duty stays: choose a time to come")  # fmt: skip
    return value.astimezone(UTC)
