"""The history under another plan: people's deeds stay, the engine's are made anew (T4a, T14)."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from controller.sla import replay
from controller.sla.clock import evaluate
from controller.sla.durations import duration
from controller.sla.errors import PlanInvalid
from controller.sla.events import Event
from controller.sla.plan import Plan, Severity, default_plan
from controller.sla.replay import Comparison, Missed, past_of, refuse_missing, replayed
from tests.support.random_incidents import CALENDARS, story

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PLAN = default_plan()


def event(kind: str, hours: float, number: int, **more: object) -> Event:
    at = NOON + hours * HOUR
    return Event(kind, at, at, str(number), **more)  # type: ignore[arg-type]


def halved(plan: Plan) -> Plan:
    """Every promise of the critical ones in half the time: 15 min, 1 h, 2 h, 4 h."""
    promises = {"first_response": "15m", "update_every": "1h", "escalate_l2": "2h", "escalate_l3": "4h"}
    faster = Severity("critical", {clock: duration(text) for clock, text in promises.items()})
    return replace(plan, severities={**plan.severities, "critical": faster})


OPENED = event("opened", 0, 0, severity="critical")
HISTORY = (
    OPENED, event("responded", 0.4, 1), event("updated_customer", 2, 2), event("updated_customer", 3.5, 3),
    event("escalated", 4.4, 4, level=2, by="engine"), event("updated_customer", 5, 5),
    event("resolved", 6, 6),
)  # fmt: skip


def climbs(events: tuple[Event, ...]) -> list[tuple[float, int | None]]:
    return [((e.at - NOON) / HOUR, e.level) for e in events if e.by == "engine"]


def test_under_its_own_plan_the_engine_does_what_it_did() -> None:
    state, events = replayed(PLAN, {}, HISTORY, NOON + 10 * HOUR)
    assert climbs(events) == [(4.4, 2)]
    assert past_of(state) == past_of(evaluate(PLAN, {}, HISTORY, NOON + 10 * HOUR))
    assert past_of(state).missed == frozenset()


def test_under_a_faster_plan_the_engine_climbs_earlier_and_people_are_late() -> None:
    """The answer is missed at 0.25 h, the origin of the levels: level 2 at 2.25 h, level 3 at 4.25 h."""
    state, events = replayed(halved(PLAN), {}, HISTORY, NOON + 10 * HOUR)
    assert climbs(events) == [(2.25, 2), (4.25, 3)]
    missed = past_of(state).missed
    assert missed == {
        Missed("first_response", 0),
        Missed("update", 0),
        Missed("update", 1),
        Missed("update", 2),
    }


def test_an_engine_that_came_late_is_replayed_in_time() -> None:
    """Our controller was away at the due; what it did at 7 h is a breach in truth and none in a replay."""
    late = (OPENED, event("responded", 0.5, 1), event("escalated", 7, 2, level=2, by="engine"))
    end = NOON + 7.5 * HOUR
    assert Missed("escalate_l2", 0) in past_of(evaluate(PLAN, {}, late, end)).missed
    state, events = replayed(PLAN, {}, late, end)
    assert climbs(events) == [(4.5, 2)]
    assert Missed("escalate_l2", 0) not in past_of(state).missed


def test_what_a_person_escalated_stays_theirs() -> None:
    history = (OPENED, event("responded", 0.2, 1), event("escalated", 1, 2, level=3, by="Ana"))
    _, events = replayed(halved(PLAN), {}, history, NOON + 10 * HOUR)
    assert climbs(events) == []
    assert [e.by for e in events if e.kind == "escalated"] == ["Ana"]


def test_the_engine_knows_a_late_entry_only_when_it_was_written_down() -> None:
    """Nobody had answered as far as the engine knew: it climbed at 4.5 h, from the missed deadline. The call
    of 0.1 h, written down at 6 h, would have put level 2 at 4.1 h."""
    call = Event("responded", NOON + 0.1 * HOUR, NOON + 6 * HOUR, "1")
    _, events = replayed(PLAN, {}, (OPENED, call), NOON + 7 * HOUR)
    assert climbs(events) == [(4.5, 2)]


def test_the_quick_way_and_the_exact_one_agree() -> None:
    quick = 0
    for seed in range(600):
        told = story(random.Random(seed))
        events = tuple(replace(e, recorded_at=e.at) for e in told.events)
        state = evaluate(told.plan, CALENDARS, events, told.end)
        if not replay._is_plain(state, events):
            continue
        quick += 1
        exact = replay._climbs_as_known(told.plan, CALENDARS, events, told.end)
        assert replay._climbs_at_once(state) == exact, f"seed {seed}"
    assert quick > 500


def test_a_replay_ends_and_is_the_same_again() -> None:
    """Random incidents, entries of late knowledge included; replaying a replay changes nothing."""
    for seed in range(200):
        told = story(random.Random(seed))
        state, events = replayed(told.plan, CALENDARS, told.events, told.end)
        again, same = replayed(told.plan, CALENDARS, events, told.end)
        assert (again.breaches, same) == (state.breaches, events), f"seed {seed}"


def test_gained_and_lost_are_told_by_customer_and_clock() -> None:
    before = past_of(evaluate(PLAN, {}, HISTORY, NOON + 10 * HOUR))
    after = past_of(replayed(halved(PLAN), {}, HISTORY, NOON + 10 * HOUR)[0])
    found = Comparison()
    found.add("Sol", before, after)
    found.add("Luna", after, before)
    assert found.customers["Sol"].gained == {"first_response": 1, "update": 3}
    assert found.customers["Luna"].lost == {"first_response": 1, "update": 3}
    assert (found.total.gained.total(), found.total.lost.total(), found.total.incidents) == (4, 4, 2)


def test_load_is_deadlines_in_each_hour_on_the_plans_clocks() -> None:
    """Answer due 12:30Z, updates 14:24Z, 16:00Z, 17:30Z, 19:00Z, level 2 16:24Z; level 3 was not needed."""
    found = Comparison()
    past = past_of(evaluate(PLAN, {}, HISTORY, NOON + 10 * HOUR))
    found.add("Sol", past, past)
    assert found.load_before.total == 6
    assert found.load_before.busiest == (NOON + 4 * HOUR, 2)
    by_hour = found.load_before.by_hour_of_day("America/Mexico_City")
    assert {hour: count for hour, count in enumerate(by_hour) if count} == {6: 1, 8: 1, 10: 2, 11: 1, 13: 1}


def test_a_plan_that_lacks_a_severity_of_the_history_is_refused_by_name() -> None:
    plan = replace(PLAN, severities={"critical": PLAN.severities["critical"]})
    with pytest.raises(PlanInvalid) as caught:
        refuse_missing(plan, ["high", "critical", "normal"])
    assert [fault.path for fault in caught.value.faults] == ["severity.high", "severity.normal"]
