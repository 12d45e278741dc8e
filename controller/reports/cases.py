"""The history as cases that anyone can recompute: `vigia evaluate` reads them, and so can another script.

A line holds the plan as a policy in minutes and the events without any words that people wrote. `expect` is
our own verdict, to be held against another's.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from controller.incidents.duplicates.merger import MERGED
from controller.reports.verdict import Deed, Told
from controller.sla.calendar import DAY_MINUTES, Calendar
from controller.sla.cases import verdict
from controller.sla.durations import Duration
from controller.sla.events import Event
from controller.sla.plan import ALL_HOURS, CLOCKS, Plan

Json = dict[str, Any]
_MINUTE = timedelta(minutes=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS: Json = {"timezone": "UTC", "weekly": {day: [["00:00", "24:00"]] for day in _WEEKDAYS}, "holidays": []}


def case_of(told: Told) -> Json:
    """One case. What the format does not know stands beside what it does: it ignores extra keys."""
    return {
        "id": told.reference,
        "number": told.number,
        "customer": told.customer,
        "began_at": _written(told.began_at),
        "opened_at": _written(told.opened_at),
        "plan": {
            "name": told.plan.name,
            "version": told.plan_version,
            "zone": told.plan.zone,
            "targets": {
                "first_response": told.plan.first_response_target,
                "escalation_and_update": told.plan.escalation_and_update_target,
            },
        },
        "policy": policy_of(told.plan),
        "calendar": ALWAYS,
        **_calendars(told),
        "events": [_event(one) for one in told.events],
        "deeds": [_deed(one) for one in told.deeds],
        "expect": {"as_of": _written(told.state.as_of), **verdict(told.state)},
    }


def policy_of(plan: Plan) -> Json:
    """On 24x7 a promise is minutes; one in days on a calendar that closes is "2d", since those are open days
    (T11)."""
    policy: Json = {
        "severities": {
            name: {clock: _promise(plan, clock, promise) for clock, promise in one.promises.items()}
            for name, one in plan.severities.items()
        },
        "pausable": list(plan.pausable),
        "severity_change": plan.severity_change,
        "escalation_origin": plan.escalation_origin,
    }
    if _named(plan):
        policy["hours"] = {clock: plan.hours.get(clock, ALL_HOURS) for clock in CLOCKS}
    counts = {name: list(one.contact_counts) for name, one in plan.severities.items() if one.contact_counts}
    if counts:
        policy["contact_methods"] = counts
    if plan.pause_max is not None:
        policy["pause_max"] = _minutes(plan.pause_max)
    return policy


def _calendars(told: Told) -> Json:
    """The opening hours that the plan names, with the holidays of the years in which its clocks may run."""
    years = range(told.opened_at.year - 1, told.state.as_of.year + 3)
    return (
        {"calendars": {name: hours_of(one, years) for name, one in told.calendars.items()}}
        if told.calendars
        else {}
    )


def hours_of(calendar: Calendar, years: Iterable[int]) -> Json:
    """As the cases have it: every holiday is a date."""
    weekly = {
        day: [[_clock(start), _clock(end)] for start, end in hours]
        for day, hours in zip(_WEEKDAYS, calendar.weekly, strict=True)
        if hours
    }
    days = sorted(day.isoformat() for day in calendar.holidays.of_years(years))
    return {"timezone": calendar.zone, "weekly": weekly, "holidays": days}


def _named(plan: Plan) -> bool:
    return any(name != ALL_HOURS for name in plan.hours.values())


def _promise(plan: Plan, clock: str, promise: Duration) -> float | str:
    closes = plan.hours.get(clock, ALL_HOURS) != ALL_HOURS
    return str(promise) if promise.days and closes else _minutes(promise)


def _clock(minutes: int) -> str:
    minutes = minutes - DAY_MINUTES if minutes > DAY_MINUTES else minutes
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _event(event: Event) -> Json:
    known = {
        "severity": event.severity,
        "level": event.level,
        "channel": event.channel,
        "auto": event.auto or None,
        "by": event.by,
        # No word of a person: that another incident goes on for it.
        "reason": MERGED if event.reason == MERGED else None,
    }
    return {
        "kind": event.kind,
        "at": _written(event.at),
        "recorded_at": _written(event.recorded_at),
        "id": event.id,
        **{name: value for name, value in known.items() if value is not None},
    }


def _deed(deed: Deed) -> Json:
    return {"entry": deed.entry_id, "at": _written(deed.at), "by": deed.by, "level": deed.level}


def _minutes(promise: Duration) -> float:
    minutes = promise.nominal / _MINUTE
    return int(minutes) if minutes.is_integer() else minutes


def _written(at: datetime) -> str:
    """UTC with Z, to the microsecond: a verdict must not change by being written down."""
    return at.isoformat().replace("+00:00", "Z")
