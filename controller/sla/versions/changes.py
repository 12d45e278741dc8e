"""What one version says otherwise than another, key by key."""

from collections.abc import Mapping
from typing import NamedTuple

from controller.sla.calendar import DAY_MINUTES, WEEKDAYS, Calendar, Minutes
from controller.sla.plan import ALL_HOURS, CLOCKS, Plan


class Change(NamedTuple):
    """`path` as in the document (`severity.critical.first_response`); "" where a side says nothing."""

    path: str
    before: str
    after: str


def plan_changes(before: Plan | None, after: Plan) -> tuple[Change, ...]:
    """In the document's order; from when it is in force is not compared. None: nothing was promised."""
    return _changes(_of_plan(before) if before else {}, _of_plan(after))


def calendar_changes(before: Calendar | None, after: Calendar) -> tuple[Change, ...]:
    return _changes(_of_calendar(before) if before else {}, _of_calendar(after))


def hours_written(hours: tuple[Minutes, ...]) -> str:
    """ "09:00–14:00, 15:00–18:00"; one that runs over midnight ends on the next day."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in hours)


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    paths = dict.fromkeys((*after, *before))
    found = (Change(path, before.get(path, ""), after.get(path, "")) for path in paths)
    return tuple(one for one in found if one.before != one.after)


def _of_plan(plan: Plan) -> dict[str, str]:
    said = {
        "name": plan.name,
        "zone": plan.zone,
        "escalation_origin": plan.escalation_origin,
        "severity_change": plan.severity_change,
        "pausable": ", ".join(sorted(plan.pausable)),
        "pause_max": str(plan.pause_max or ""),
        "warn_at": ", ".join(f"{fraction:g}" for fraction in plan.warn_at),
        "close_after_days": str(plan.close_after_days),
    }
    for name, severity in plan.severities.items():
        for clock in CLOCKS:
            said[f"severity.{name}.{clock}"] = str(severity.promises.get(clock, ""))
        said[f"severity.{name}.contact_recommended"] = ", ".join(severity.contact_recommended)
        said[f"severity.{name}.contact_counts"] = ", ".join(severity.contact_counts)
    for clock in CLOCKS:
        said[f"hours.{clock}"] = plan.hours.get(clock, ALL_HOURS)
    said["targets.first_response"] = f"{plan.first_response_target:g}"
    said["targets.escalation_and_update"] = f"{plan.escalation_and_update_target:g}"
    return said


def _of_calendar(calendar: Calendar) -> dict[str, str]:
    days = calendar.holidays
    weekly = {
        f"weekly.{day}": hours_written(tuple(sorted(hours)))
        for day, hours in zip(WEEKDAYS, calendar.weekly, strict=True)
    }
    return {
        "zone": calendar.zone,
        "country": days.country,
        "region": days.region,
        "holidays": ", ".join(day.isoformat() for day in sorted(days.own)),
        **weekly,
    }


def _clock(minutes: int) -> str:
    minutes = minutes - DAY_MINUTES if minutes > DAY_MINUTES else minutes
    return f"{minutes // 60:02}:{minutes % 60:02}"
