"""Calendar and timeline cases in JSON: from the text's values to calendars, plans and events."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NoReturn
from zoneinfo import ZoneInfo

from controller.sla.calendar import Calendar
from controller.sla.durations import Duration, duration, minutes
from controller.sla.errors import CaseInvalid
from controller.sla.events import KINDS, Event
from controller.sla.plan import ALL_HOURS, CLOCKS, ESCALATION_ORIGINS, SEVERITY_CHANGES, Plan, Severity
from controller.sla.reading import LARGEST_MINUTES, Reader, Table
from controller.sla.zones import instant_of

OWN_HOURS = "case"
_POLICY_KEYS = (
    "severities", "pausable", "severity_change", "escalation_origin", "contact_methods", "hours", "pause_max",
)  # fmt: skip
_EVENT_TEXTS = ("id", "channel", "reason", "by")


@dataclass(frozen=True, slots=True)
class Question:
    """A timeline case, read. `as_of` has its default."""

    plan: Plan
    calendars: Mapping[str, Calendar]
    events: tuple[Event, ...]
    as_of: datetime
    known_at: datetime | None
    zone: str


def refuse(field: str, message: str) -> NoReturn:
    raise CaseInvalid(field, message)


def read_calendar(case: Table, at: str = "") -> Calendar:
    """`timezone`, `weekly`, `holidays`; a calendar that never opens is allowed here."""
    reader = Reader()
    zone = reader.zone(case.get("timezone"), f"{at}timezone")
    weekly = reader.weekly(case.get("weekly", {}), f"{at}weekly")
    days = reader.holidays(case.get("holidays", []), f"{at}holidays")
    _refuse_faults(reader)
    return _calendar(zone, weekly, days)


# Cases come in families; a calendar that is kept has its open intervals laid out already.
_calendar = lru_cache(maxsize=256)(Calendar)


def instant(value: object, zone: str, field: str) -> datetime:
    """ISO 8601; without offset it is local to the case's calendar, the first of a repeated hour."""
    try:
        if not isinstance(value, str) or len(value) < 16:
            raise ValueError(value)
        read = datetime.fromisoformat(value)
        if read.tzinfo is None:
            return instant_of(ZoneInfo(zone), read)
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        refuse(
            field, f"{value!r} is not an instant: write 2026-03-02T10:00:00, with Z or an offset if not local"
        )


def written(moment: datetime | None) -> str | None:
    """UTC with Z."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_minutes(value: object, field: str) -> timedelta:
    reader = Reader()
    amount = reader.number(value, field, 0, LARGEST_MINUTES)
    _refuse_faults(reader)
    return minutes(amount).nominal


def read_question(case: Table) -> Question:
    """A timeline case. Raises CaseInvalid naming the first field that is wrong."""
    reader = Reader()
    policy = reader.table(case.get("policy"), "policy")
    hours = reader.table(case.get("calendar"), "calendar")
    reader.known_keys(hours, "calendar", ("timezone", "weekly", "holidays"))
    _refuse_faults(reader)
    calendar = read_calendar(hours, "calendar.")
    calendars = {**_calendars(case, policy), OWN_HOURS: calendar}
    plan = _plan(policy, calendars)
    if calendar.never and any(plan.calendar(clock, calendars) is calendar for clock in CLOCKS):
        refuse("calendar.weekly", "the calendar never opens: give at least one open interval")
    events = _events(case.get("events"), plan, calendar.zone)
    asked = case.get("expect")
    asked = asked if isinstance(asked, Mapping) else {}
    as_of, known_at = (asked.get(key, case.get(key)) for key in ("as_of", "known_at"))
    return Question(
        plan,
        calendars,
        events,
        max(event.at for event in events) if as_of is None else instant(as_of, calendar.zone, "as_of"),
        None if known_at is None else instant(known_at, calendar.zone, "known_at"),
        calendar.zone,
    )


def _calendars(case: Table, policy: Table) -> dict[str, Calendar]:
    """Beside the case's own calendar, by name: a plan may count each clock on another one."""
    reader = Reader()
    hours = policy.get("hours")
    if not isinstance(hours, Mapping) or all(name == ALL_HOURS for name in hours.values()):
        return {}  # then it is an extra key, and nobody's concern
    named = reader.table(case.get("calendars", {}), "calendars")
    for name, value in named.items():
        path = f"calendars.{name}"
        reader.known_keys(reader.table(value, path), path, ("timezone", "weekly", "holidays"))
    _refuse_faults(reader)
    found = {name: read_calendar(named[name], f"calendars.{name}.") for name in named}  # type: ignore[arg-type]
    for name, calendar in found.items():
        if calendar.never:
            refuse(f"calendars.{name}.weekly", "the calendar never opens: give at least one open interval")
    return found


def _plan(policy: Table, calendars: Mapping[str, Calendar]) -> Plan:
    reader = Reader()
    reader.known_keys(policy, "policy", _POLICY_KEYS)
    severities = reader.table(policy.get("severities"), "policy.severities")
    counts = reader.table(policy.get("contact_methods", {}), "policy.contact_methods")
    hours = reader.table(policy.get("hours", {}), "policy.hours")
    if not severities and not reader.faults:
        reader.fault("policy.severities", "missing", "must hold at least one severity")
    reader.known_keys(counts, "policy.contact_methods", severities)
    reader.known_keys(hours, "policy.hours", CLOCKS)
    for clock, name in hours.items():
        if name != ALL_HOURS and (not isinstance(name, str) or name not in calendars):
            reader.fault(f"policy.hours.{clock}", "not_allowed", f"{name!r} is not known", f"Use {ALL_HOURS}")
    plan = Plan(
        name="case",
        severities={name: _severity(reader, name, table, counts) for name, table in severities.items()},
        escalation_origin=reader.choice(
            policy, "escalation_origin", "policy.escalation_origin", ESCALATION_ORIGINS, "response"
        ),
        severity_change=reader.choice(
            policy, "severity_change", "policy.severity_change", SEVERITY_CHANGES, "fair"
        ),
        pausable=reader.texts(policy.get("pausable", []), "policy.pausable", CLOCKS),
        pause_max=_pause_max(reader, policy.get("pause_max")),
        hours={clock: str(hours.get(clock, OWN_HOURS)) for clock in CLOCKS},
    )
    _refuse_faults(reader)
    return plan


def _severity(reader: Reader, name: str, value: object, counts: Table) -> Severity:
    path = f"policy.severities.{name}"
    table = reader.table(value, path)
    reader.known_keys(table, path, CLOCKS)
    return Severity(
        name,
        {
            clock: _promise(reader, table[clock], f"{path}.{clock}")
            for clock in CLOCKS
            if table.get(clock) is not None
        },
        contact_counts=reader.texts(counts.get(name, []), f"policy.contact_methods.{name}"),
    )


def _pause_max(reader: Reader, value: object) -> Duration | None:
    return None if value is None else _promise(reader, value, "policy.pause_max")


def _promise(reader: Reader, value: object, path: str) -> Duration:
    """Minutes of the calendar, or a plan's "2d", which are open days (T11)."""
    if isinstance(value, str):
        try:
            return duration(value)
        except ValueError:
            pass
    return minutes(reader.number(value, path, 0, LARGEST_MINUTES))


def _events(value: object, plan: Plan, zone: str) -> tuple[Event, ...]:
    if not isinstance(value, list):
        refuse("events", "must be a list of events")
    events = tuple(_event(item, f"events[{index}]", plan, zone) for index, item in enumerate(value))
    if not any(event.kind == "opened" for event in events):
        refuse("events", "there is no opened event: no clock can run without one")
    return events


def _event(value: object, at: str, plan: Plan, zone: str) -> Event:
    if not isinstance(value, Mapping):
        refuse(at, "must be an object with at and kind")
    kind, severity, level, auto = (value.get(key) for key in ("kind", "severity", "level", "auto"))
    if kind not in KINDS:
        refuse(f"{at}.kind", f"{kind!r} is not known: one of {', '.join(KINDS)}")
    if kind in ("opened", "severity_changed") and severity not in plan.severities:
        refuse(
            f"{at}.severity",
            f"{severity!r} is no severity of the policy: one of {', '.join(plan.severities)}",
        )
    if kind == "escalated" and (isinstance(level, bool) or level not in (1, 2, 3)):
        refuse(f"{at}.level", f"{level!r} is no level: 2 or 3")
    if auto is not None and not isinstance(auto, bool):
        refuse(f"{at}.auto", f"{auto!r} must be true or false")
    texts = {key: value.get(key) for key in _EVENT_TEXTS}
    for key, text in texts.items():
        if text is not None and not isinstance(text, str):
            refuse(f"{at}.{key}", f"{text!r} must be text")
    happened = instant(value.get("at"), zone, f"{at}.at")
    recorded = value.get("recorded_at")
    return Event(
        kind,
        happened,
        happened if recorded is None else instant(recorded, zone, f"{at}.recorded_at"),
        texts["id"],
        severity if isinstance(severity, str) else None,
        level if isinstance(level, int) else None,
        texts["channel"],
        bool(auto),
        texts["reason"],
        texts["by"],
    )


def _refuse_faults(reader: Reader) -> None:
    if reader.faults:
        first, more = reader.faults[0], len(reader.faults) - 1
        text = first.limit + (f". {first.way_out}" if first.way_out else "")
        refuse(first.path, text + (f" (and {more} more faults)" if more else ""))
