"""When an engine has something to do: warnings in open time, deadlines, the end of a pause."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from controller.sla.calendar import Calendar
from controller.sla.clock import evaluate
from controller.sla.durations import minutes
from controller.sla.events import Event
from controller.sla.moments import next_moments
from controller.sla.plan import CLOCKS, Plan, default_plan

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
OFFICE = {"office": Calendar("UTC", (((540, 1080),),) * 5 + ((), ()))}


def happened(kind: str, minute: int, severity: str | None = None) -> Event:
    at = MONDAY + timedelta(minutes=minute)
    return Event(kind, at, at, f"{kind}-{minute}", severity)


def moments(plan: Plan, events: list[Event], minute: float) -> list[tuple[str, str, str, int]]:
    """(HH:MM, clock, kind with its fraction, restart) as of that minute."""
    state = evaluate(plan, OFFICE, events, MONDAY + timedelta(minutes=minute))
    return [
        (f"{m.at:%H:%M}", m.clock, m.kind if m.fraction is None else f"{m.kind} {m.fraction}", m.restart)
        for m in next_moments(state, plan.warn_at)
    ]


def test_an_opened_critical_incident_is_warned_at_half_and_at_four_fifths() -> None:
    opened = [happened("opened", 0, "critical")]
    assert moments(default_plan(), opened, 0) == [
        ("10:15", "first_response", "warn 0.5", 0),
        ("10:24", "first_response", "warn 0.8", 0),
        ("10:30", "first_response", "due", 0),
    ]
    assert moments(default_plan(), opened, 15) == [
        ("10:24", "first_response", "warn 0.8", 0),
        ("10:30", "first_response", "due", 0),
    ]


def test_at_its_deadline_it_is_still_to_be_acted_on_and_the_ladder_begins() -> None:
    found = moments(default_plan(), [happened("opened", 0, "critical")], 30)
    assert found[0] == ("10:30", "first_response", "due", 0)
    assert [(at, clock) for at, clock, kind, _ in found if kind == "due"][1:] == [
        ("14:30", "escalate_l2"),
        ("18:30", "escalate_l3"),
    ]


def test_warnings_fall_into_open_hours() -> None:
    """Opened at 17:00 with 4 open hours until the next morning at 12:00: half of them is 10:00."""
    plan = replace(default_plan(), hours=dict.fromkeys(CLOCKS, "office"))
    found = moments(plan, [happened("opened", 420, "normal")], 420)
    assert [(at, kind) for at, _, kind, _ in found] == [
        ("10:00", "warn 0.5"),
        ("11:12", "warn 0.8"),
        ("12:00", "due"),
    ]


def test_a_pause_silences_its_clocks_until_it_ends_by_itself() -> None:
    plan = replace(default_plan(), pausable=CLOCKS, pause_max=minutes(120))
    events = [happened("opened", 0, "critical"), happened("paused", 10)]
    assert moments(plan, events, 20) == [("12:10", "pause", "resume", 0)]
    assert moments(plan, events, 130) == [
        ("12:15", "first_response", "warn 0.5", 0),
        ("12:24", "first_response", "warn 0.8", 0),
        ("12:30", "first_response", "due", 0),
    ]


def test_a_raised_severity_is_a_new_reminder_with_its_own_number() -> None:
    events = [happened("opened", 0, "normal"), happened("severity_changed", 60, "critical")]
    assert moments(default_plan(), events, 60) == [
        ("11:15", "first_response", "warn 0.5", 1),
        ("11:24", "first_response", "warn 0.8", 1),
        ("11:30", "first_response", "due", 1),
    ]


def test_when_all_is_decided_there_is_nothing_to_wait_for() -> None:
    events = [happened("opened", 0, "critical"), happened("responded", 5), happened("resolved", 10)]
    assert moments(default_plan(), events, 20) == []
