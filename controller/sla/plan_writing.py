"""Plans and calendars written as TOML that `plan_file` reads back as the same."""

from controller.sla.calendar import WEEKDAYS, Calendar
from controller.sla.plan import Plan


def write_plan(plan: Plan) -> str:
    """TOML that `read_plan` reads back as the same plan."""
    lines = [f"name = {_quoted(plan.name)}", f"zone = {_quoted(plan.zone)}"]
    if plan.effective_from is not None:
        lines.append(f"effective_from = {plan.effective_from.isoformat()}")
    lines += [
        f"escalation_origin = {_quoted(plan.escalation_origin)}",
        f"severity_change = {_quoted(plan.severity_change)}",
        f"pausable = {_listed(plan.pausable)}",
    ]
    if plan.pause_max is not None:
        lines.append(f"pause_max = {_quoted(str(plan.pause_max))}")
    lines += [f"warn_at = {list(plan.warn_at)}", f"close_after_days = {plan.close_after_days}"]
    for name, severity in plan.severities.items():
        lines += ["", f"[severity.{name}]"]
        lines += [f"{clock} = {_quoted(str(promise))}" for clock, promise in severity.promises.items()]
        lines.append(f"contact_recommended = {_listed(severity.contact_recommended)}")
        lines.append(f"contact_counts = {_listed(severity.contact_counts)}")
    lines += ["", "[hours]", *(f"{clock} = {_quoted(name)}" for clock, name in plan.hours.items())]
    lines += ["", "[targets]", f"first_response = {plan.first_response_target}"]
    lines.append(f"escalation_and_update = {plan.escalation_and_update_target}")
    return "\n".join(lines) + "\n"


def write_calendar(name: str, calendar: Calendar) -> str:
    """TOML that `read_calendar_file` reads back as the same calendar."""
    days = calendar.holidays
    lines = [f"name = {_quoted(name)}", f"zone = {_quoted(calendar.zone)}"]
    if days.country:
        lines.append(f"country = {_quoted(days.country)}")
    if days.region:
        lines.append(f"region = {_quoted(days.region)}")
    lines += [f"holidays = [{', '.join(day.isoformat() for day in sorted(days.own))}]", "", "[weekly]"]
    for day, intervals in zip(WEEKDAYS, calendar.weekly, strict=True):
        if intervals:
            lines.append(f"{day} = [{', '.join(_interval(*pair) for pair in intervals)}]")
    return "\n".join(lines) + "\n"


def _interval(start: int, end: int) -> str:
    end = end - 1440 if end > 1440 else end
    return f'["{start // 60:02}:{start % 60:02}", "{end // 60:02}:{end % 60:02}"]'


def _listed(names: tuple[str, ...]) -> str:
    return "[" + ", ".join(map(_quoted, names)) + "]"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = "".join(
        f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else "\\" + c if c in '"\\' else c for c in text
    )
    return f'"{escaped}"'
