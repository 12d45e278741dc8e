"""An engine that is restarted at any instant does what one does that never was: all it knows is stored."""

from dataclasses import replace
from datetime import datetime
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.escalation.steps import StepKind, look
from controller.sla.clock import evaluate
from controller.sla.events import Event
from tests.support.random_incidents import CALENDARS, OPENED, Story, story

WARN_AT = (0.5, 0.8)


def acted(told: Story, restarts: list[datetime]) -> list[tuple[str, datetime]]:
    """What the engine does, and when, if it wakes at its moments, at each record, and after each restart.
    Between two wakes nothing is remembered but `done` and the events."""
    done: set[str] = set()
    made: list[Event] = []
    found: list[tuple[str, datetime]] = []
    planned = sorted({event.recorded_at for event in told.events} | set(restarts))
    now: datetime | None = planned[0]
    while now is not None and now <= told.end:
        known = [event for event in (*told.events, *made) if event.recorded_at <= now]
        while True:
            state = evaluate(told.plan, CALENDARS, known, now)
            steps, following = look(state, state.level, WARN_AT, done)
            if not steps:
                break
            step = steps[0]
            done.add(step.key)
            found.append((step.key, now))
            if step.kind is StepKind.CLIMB:
                climb = Event("escalated", now, now, f"e{len(made)}", level=step.level, by="engine")
                made.append(climb)
                known.append(climb)
        wakes = [at for at in planned if at > now]
        if following is not None and following > now:
            wakes.append(following)
        now = min(wakes, default=None)
    return found


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_restarts_at_any_instant_change_nothing(seed: int) -> None:
    random = Random(seed)
    told = story(random)
    # An engine acts on what it knows: nothing is written down before it happened.
    told = replace(told, events=[event for event in told.events if event.recorded_at <= told.end])
    anywhere = [OPENED + random.random() * (told.end - OPENED) for _ in range(8)]
    assert acted(told, anywhere) == acted(told, [])
