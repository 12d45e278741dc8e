"""The proof of a verdict adds up, and alarms that later knowledge took back are still shown."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.sla.clock import evaluate
from controller.sla.events import Event
from controller.sla.plan import default_plan
from controller.sla.proof import corrections, counted
from controller.sla.state import Breach, Step
from tests.support.random_incidents import CALENDARS, story, without_days

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)


def moved_after(due: datetime | None, step: Step) -> bool:
    """A stop that lies after the deadline it moved: what T6 does when it puts a deadline into the past."""
    until = step.facts.get("until")
    return isinstance(until, datetime) and due is not None and until > due


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_open_intervals_add_up_to_the_promise(seed: int) -> None:
    """For each clock with a deadline: what counted, from basis to due, is what was promised."""
    told = story(Random(seed))
    state = evaluate(without_days(told.plan), CALENDARS, told.events, told.end)
    for clock in (*state.clocks.values(), *state.updates):
        sums = counted(clock)
        put_in_the_past = any(moved_after(clock.due, step) for step in clock.steps)
        if sums and clock.promise is not None and not put_in_the_past:
            assert sums[-1].total == clock.promise.nominal
            assert all(start < end for start, end, _ in sums)


def test_an_alarm_corrected_by_a_call_logged_late_is_shown_as_such() -> None:
    """T7: alarm 10:30, corrected 10:50 by a call at 10:20."""
    call = Event("responded", MONDAY + timedelta(minutes=20), MONDAY + timedelta(minutes=50), "b")
    events = [call, Event("opened", MONDAY, MONDAY, "a", "critical")]
    (correction,) = corrections(default_plan(), {}, events, MONDAY + timedelta(hours=1))
    assert correction.breach == Breach("first_response", MONDAY + timedelta(minutes=30), 0)
    assert correction.corrected_at == MONDAY + timedelta(minutes=50)


def test_a_late_record_that_changes_nothing_is_no_correction() -> None:
    call = Event("responded", MONDAY + timedelta(minutes=40), MONDAY + timedelta(minutes=50), "b")
    events = [call, Event("opened", MONDAY, MONDAY, "a", "critical")]
    assert corrections(default_plan(), {}, events, MONDAY + timedelta(hours=1)) == ()
