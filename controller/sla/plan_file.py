"""Plans and calendars from TOML, with every fault at once (contract.md, "The default plan")."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from unicodedata import category

from controller.sla.calendar import Calendar
from controller.sla.durations import Duration, duration
from controller.sla.errors import Fault, PlanInvalid
from controller.sla.lines import line_of
from controller.sla.plan import ALL_HOURS, CLOCKS, ESCALATION_ORIGINS, SEVERITY_CHANGES, Plan, Severity
from controller.sla.reading import Reader, Table, calendar_of

_PLAN_KEYS = (
    "name", "zone", "effective_from", "escalation_origin", "severity_change", "pausable", "pause_max",
    "warn_at", "close_after_days", "severity", "hours", "targets",
)  # fmt: skip
_SEVERITY_KEYS = (*CLOCKS, "contact_recommended", "contact_counts")
_TARGET_KEYS = ("first_response", "escalation_and_update")
_CALENDAR_KEYS = ("name", "zone", "effective_from", "country", "region", "holidays", "weekly")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_FURTHEST_YEAR = 2200
DOCUMENT_BYTES = 65_536
"""Of a plan or a calendar as TOML: more is no contract that anyone could read."""


@dataclass(frozen=True, slots=True)
class NamedCalendar:
    """A calendar's document, read. `effective_from` None: from when it is added."""

    name: str
    calendar: Calendar
    effective_from: datetime | None


def read_plan(
    text: str,
    calendars: Mapping[str, Calendar] | None,
    now: datetime | None = None,
    *,
    further: Callable[[Plan], Iterable[Fault]] | None = None,
) -> Plan:
    """A plan whose `hours` name calendars of `calendars`; None: any name is taken, for what was checked
    before. With `now`, `effective_from` must not be past. `further` looks at the plan as far as it could be
    read and finds more faults; their lines are put in here.

    Raises PlanInvalid with every fault, each with its key path and line.
    """
    table, reader = _parse(text)
    reader.known_keys(table, "", _PLAN_KEYS)
    severities = reader.table(table.get("severity", {}), "severity")
    hours = _hours(reader, reader.table(table.get("hours", {}), "hours"), calendars)
    targets = reader.table(table.get("targets", {}), "targets")
    reader.known_keys(targets, "targets", _TARGET_KEYS)
    if not severities:
        reader.fault(
            "severity", "missing", "must hold at least one severity", "Add a table [severity.critical]"
        )
    plan = Plan(
        name=reader.text(table, "name", "name"),
        zone=reader.zone(table.get("zone"), "zone"),
        effective_from=_effective_from(reader, table.get("effective_from"), now),
        escalation_origin=reader.choice(
            table, "escalation_origin", "escalation_origin", ESCALATION_ORIGINS, "response_or_deadline"
        ),
        severity_change=reader.choice(table, "severity_change", "severity_change", SEVERITY_CHANGES, "fair"),
        pausable=reader.texts(table.get("pausable", []), "pausable", CLOCKS),
        pause_max=_duration(reader, table["pause_max"], "pause_max") if "pause_max" in table else None,
        warn_at=_warn_at(reader, table.get("warn_at", [0.5, 0.8])),
        close_after_days=_days(reader, table.get("close_after_days", 5)),
        severities={name: _severity(reader, name, value) for name, value in severities.items()},
        hours=hours,
        first_response_target=_ratio(reader, targets, "first_response", 0.95),
        escalation_and_update_target=_ratio(reader, targets, "escalation_and_update", 0.90),
    )
    for one in further(plan) if further else ():
        reader.fault(one.path, one.kind, one.limit, one.way_out)
    _refuse(reader)
    return plan


def read_calendar_file(text: str) -> tuple[str, Calendar]:
    """A calendar's name and hours, from whenever. Raises PlanInvalid."""
    read = read_calendar(text)
    return read.name, read.calendar


def read_calendar(
    text: str,
    now: datetime | None = None,
    *,
    further: Callable[[NamedCalendar], Iterable[Fault]] | None = None,
    is_kept: bool = False,
) -> NamedCalendar:
    """Raises PlanInvalid with every fault; one that never opens is refused. `now`, `further`: `read_plan`.
    `is_kept`: its country was judged when it was added, whatever the library knows today."""
    table, reader = _parse(text)
    reader.known_keys(table, "", _CALENDAR_KEYS)
    name = reader.text(table, "name", "name")
    if name == ALL_HOURS:
        reader.fault("name", "not_allowed", f"{ALL_HOURS} is taken: it is always open", "Choose another name")
    if name != name.strip() or any(category(one) == "Cc" for one in name):
        reader.fault("name", "not_allowed", "begins or ends with a space, or holds a control character",
                     "Choose another name")  # fmt: skip
    country, region = (str(table.get(key, "")) for key in ("country", "region"))
    if not is_kept:
        country, region = reader.country(country, region)
    calendar = calendar_of(
        reader,
        reader.zone(table.get("zone"), "zone"),
        reader.weekly(table.get("weekly", {}), "weekly"),
        reader.holidays(table.get("holidays", []), "holidays", country, region),
    )
    read = NamedCalendar(name, calendar, _effective_from(reader, table.get("effective_from"), now))
    for one in further(read) if further else ():
        reader.fault(one.path, one.kind, one.limit, one.way_out)
    _refuse(reader)
    return read


def version_faults(versions: list[Plan]) -> tuple[Fault, ...]:
    """Versions of one plan must begin at different instants, and only one may have no beginning."""
    seen: set[datetime | None] = set()
    found: list[Fault] = []
    for plan in versions:
        if plan.effective_from in seen:
            found.append(Fault("effective_from", "overlapping",
                               f"another version of {plan.name!r} begins at that time",
                               "Let each version begin at its own instant"))  # fmt: skip
        seen.add(plan.effective_from)
    return tuple(found)


def _parse(text: str) -> tuple[Table, Reader]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > DOCUMENT_BYTES:
        limit = f"has {size} bytes, at most {DOCUMENT_BYTES} are taken"
        raise PlanInvalid((Fault("(file)", "too_long", limit, "Shorten it"),))
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        line = re.search(r"at line (\d+)", str(error))
        fault = Fault("(file)", "syntax", f"is not TOML: {error}", line=int(line[1]) if line else None)
        raise PlanInvalid((fault,)) from error
    return table, Reader(line_of(text))


def _refuse(reader: Reader) -> None:
    if reader.faults:
        raise PlanInvalid(tuple(sorted(reader.faults, key=lambda one: one.line or DOCUMENT_BYTES)))


def _duration(reader: Reader, value: object, path: str) -> Duration | None:
    try:
        read = duration(value) if isinstance(value, str) else None
    except ValueError:
        read = None
    if read is not None and read.nominal.total_seconds() > 0:
        return read
    negative = isinstance(value, str) and value.startswith("-")
    limit = f"{value!r} is negative" if negative else f"{value!r} is not a duration above zero"
    reader.fault(path, "negative" if negative else "wrong_type", limit, 'Write "30m", "4h" or "2d"')
    return None


def _severity(reader: Reader, name: str, value: object) -> Severity:
    path = f"severity.{name}"
    table = reader.table(value, path)
    reader.known_keys(table, path, _SEVERITY_KEYS)
    if not _NAME.fullmatch(name):
        reader.fault(
            path, "not_allowed", "a severity's name is lower-case letters, digits, - and _, at most 64"
        )
    if "first_response" not in table:
        reader.fault(f"{path}.first_response", "missing", "every severity promises a first response")
    read = {clock: _duration(reader, table[clock], f"{path}.{clock}") for clock in CLOCKS if clock in table}
    promises = {clock: promise for clock, promise in read.items() if promise is not None}
    second, third = promises.get("escalate_l2"), promises.get("escalate_l3")
    if second and third and third.nominal < second.nominal:
        reader.fault(f"{path}.escalate_l3", "level_order", f"level 3 ({third}) is before level 2 ({second})",
                     "Let level 3 come at the same time or later")  # fmt: skip
    return Severity(
        name,
        promises,
        reader.texts(table.get("contact_recommended", []), f"{path}.contact_recommended"),
        reader.texts(table.get("contact_counts", []), f"{path}.contact_counts"),
    )


def _hours(reader: Reader, table: Table, calendars: Mapping[str, Calendar] | None) -> dict[str, str]:
    reader.known_keys(table, "hours", CLOCKS)
    for clock, name in table.items():
        if name == ALL_HOURS or clock not in CLOCKS:
            continue
        if calendars is None:
            if not isinstance(name, str):
                reader.fault(f"hours.{clock}", "wrong_type", "must be a calendar's name",
                             f"Such as {ALL_HOURS}")  # fmt: skip
            continue
        calendar = calendars.get(name) if isinstance(name, str) else None
        if calendar is None:
            reader.fault(f"hours.{clock}", "not_allowed", f"there is no calendar {name!r}",
                         "One of " + ", ".join([ALL_HOURS, *calendars]))  # fmt: skip
        elif calendar.never:
            reader.fault(f"hours.{clock}", "never_opens", f"the calendar {name!r} never opens")
    return {clock: str(name) for clock, name in table.items() if clock in CLOCKS}


def _effective_from(reader: Reader, value: object, now: datetime | None) -> datetime | None:
    if value is None:
        return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        reader.fault("effective_from", "wrong_type", "must be an instant with an offset",
                     "Such as 2026-12-01T00:00:00-06:00")  # fmt: skip
        return None
    if not 1970 <= value.year <= _FURTHEST_YEAR:
        reader.fault("effective_from", "not_allowed", f"the year {value.year} is beyond what we keep",
                     f"Use a year up to {_FURTHEST_YEAR}")  # fmt: skip
        return None
    if now is not None and value < now:
        reader.fault("effective_from", "past", f"{value.isoformat()} is in the past",
                     "What was promised stays: choose a time to come")  # fmt: skip
    return value.astimezone(UTC)


def _warn_at(reader: Reader, value: object) -> tuple[float, ...]:
    if not isinstance(value, list):
        reader.fault("warn_at", "wrong_type", "must be a list of fractions", "Such as [0.5, 0.8]")
        return ()
    read = [reader.number(item, f"warn_at[{i}]", 0, 1) for i, item in enumerate(value)]
    if any(not 0 < fraction < 1 for fraction in read) and not reader.faults:
        reader.fault("warn_at", "not_allowed", "a warning comes after the start and before the deadline",
                     "Use fractions above 0 and below 1")  # fmt: skip
    return tuple(sorted(set(read)))


def _days(reader: Reader, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 365:
        reader.fault("close_after_days", "not_allowed", f"{value!r} is not a whole number from 1 to 365")
        return 5
    return value


def _ratio(reader: Reader, targets: Table, key: str, default: float) -> float:
    return reader.number(targets.get(key, default), f"targets.{key}", 0, 1)
