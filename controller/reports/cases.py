"""The history as cases that anyone can recompute: `vigia evaluate` reads them, and so can another script.

A line holds the plan as a policy in minutes and the events without any words that people wrote. `expect` is
our own verdict, to be held against another's.
"""

from datetime import datetime, timedelta
from typing import Any

from controller.core.errors import Invalid
from controller.reports.verdict import Deed, Told
from controller.sla.cases import verdict
from controller.sla.durations import Duration
from controller.sla.events import Event
from controller.sla.plan import ALL_HOURS, Plan

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
        "events": [_event(one) for one in told.events],
        "deeds": [_deed(one) for one in told.deeds],
        "expect": {"as_of": _written(told.state.as_of), **verdict(told.state)},
    }


def policy_of(plan: Plan) -> Json:
    """Raises `Invalid` for opening hours: a case has one calendar, and days there are no minutes (T11)."""
    named = sorted({name for name in plan.hours.values() if name != ALL_HOURS})
    if named:
        raise Invalid(
            "hours", f"the calendar {named[0]!r} cannot be written into a case", "Export other days"
        )
    policy: Json = {
        "severities": {
            name: {clock: _minutes(promise) for clock, promise in one.promises.items()}
            for name, one in plan.severities.items()
        },
        "pausable": list(plan.pausable),
        "severity_change": plan.severity_change,
        "escalation_origin": plan.escalation_origin,
    }
    counts = {name: list(one.contact_counts) for name, one in plan.severities.items() if one.contact_counts}
    if counts:
        policy["contact_methods"] = counts
    if plan.pause_max is not None:
        policy["pause_max"] = _minutes(plan.pause_max)
    return policy


def _event(event: Event) -> Json:
    known = {
        "severity": event.severity,
        "level": event.level,
        "channel": event.channel,
        "auto": event.auto or None,
        "by": event.by,
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
