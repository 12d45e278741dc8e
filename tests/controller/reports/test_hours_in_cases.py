"""Histories under opening hours go out as cases and come back with the same verdict, holidays and all."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from controller.reports.cases import case_of
from controller.reports.verdict import Told
from controller.sla.calendar import Calendar
from controller.sla.cases import run_file
from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.holiday import Holidays
from controller.sla.plan_file import read_plan
from tests.support.plans import office_plan

OPENED = datetime(2026, 4, 30, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
WEEK = (((540, 840), (900, 1080)), *(((540, 1080),),) * 4, (), ((1320, 1800),))
CALENDARS = {
    "office": Calendar(
        "America/Mexico_City", WEEK, Holidays(frozenset({date(2026, 5, 5)}), country="MX")
    ),
    "nights": Calendar("Europe/Madrid", (((1200, 1440),),) * 7),
}  # fmt: skip


def told(severity: str) -> Told:
    """Opened before the first of May, answered a working day late, told again after a weekend."""
    plan = read_plan(office_plan() + 'escalate_l2 = "nights"\n', None)
    said = [("opened", 0), ("responded", 100), ("updated_customer", 150), ("resolved", 300)]
    events = tuple(
        Event(kind, OPENED + hours * HOUR, OPENED + hours * HOUR, f"e{hours}",
              severity if kind == "opened" else None, channel="phone")
        for kind, hours in said
    )  # fmt: skip
    state = evaluate(plan, CALENDARS, events, OPENED + 400 * HOUR)
    return Told(7, "Sol", OPENED, OPENED, plan, "2026-03-02", state, events, calendars=CALENDARS)


@pytest.mark.parametrize("severity", ["critical", "high", "normal"])
def test_a_case_carries_the_hours_that_govern_it(severity: str) -> None:
    one = told(severity)
    assert one.state.breaches
    case = case_of(one)
    assert "2026-05-01" in case["calendars"]["office"]["holidays"]
    assert case["policy"]["severities"]["normal"]["update_every"] == "1d"
    [answer] = run_file(json.dumps([case]), check=True)
    assert not answer.failed and answer.differing == ()


def test_calendars_that_no_clock_names_are_an_extra_key_of_a_case() -> None:
    """Somebody else's key of that name is nobody's concern."""
    case = {**case_of(told("high")), "calendars": 3}
    case["policy"] = {**case["policy"], "hours": {"first_response": "24x7"}}
    [answer] = run_file(json.dumps([case]))
    assert not answer.failed
    case["policy"] = {**case["policy"], "hours": {"first_response": "night"}}
    [answer] = run_file(json.dumps([case]))
    assert answer.failed and "calendars" in answer.line
