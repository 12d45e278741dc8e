"""T12, by hand for a handful of incidents, and as rules that hold for any."""

import random
from datetime import UTC, date, datetime, timedelta

from controller.incidents.duplicates.merger import MERGED
from controller.reports.compliance import By, Line, lines, period, total
from controller.reports.verdict import Deed, Outcome, Verdict, judge
from tests.controller.reports.histories import LATER, MONDAY, incident
from tests.controller.reports.test_second_count import told

MINUTE = timedelta(minutes=1)
UPDATES = tuple(("updated_customer", minute) for minute in (100, 200))


def verdict(number: int, *happened: object, **more: object) -> Verdict:
    return judge(incident(number, *happened, **more))  # type: ignore[arg-type]


def outcomes(one: Verdict) -> tuple[str, str]:
    return one.first_response.outcome.value, one.escalation_and_update.outcome.value


def test_what_becomes_of_each_promise() -> None:
    """Critical: answer in 30 min, update every 2 h, level 2 after 4 h, level 3 after 8 h."""
    cases = {
        "all kept": ((("responded", 30), *UPDATES, ("resolved", 230)), ("kept", "kept")),
        "late by a minute": ((("responded", 31), *UPDATES, ("resolved", 230)), ("missed", "kept")),
        "update too late": (
            (("responded", 30), ("updated_customer", 151), ("resolved", 200)), ("kept", "missed"),
        ),
        "never handed on": (
            (("responded", 10), *((("updated_customer", 100 * n)) for n in range(1, 4))), ("kept", "missed"),
        ),
        "nobody answers": ((), ("missed", "missed")),
        "over before an answer": ((("resolved", 20),), ("kept", "undecided")),
    }  # fmt: skip
    found = {name: outcomes(verdict(1, *happened)) for name, (happened, _) in cases.items()}
    assert found == {name: expected for name, (_, expected) in cases.items()}


def test_a_merged_incident_kept_nothing_by_being_merged() -> None:
    """Its survivor's promises are counted, once; what it had missed by then stays missed (T7)."""
    merged = ("closed", 20, {"reason": MERGED})
    cases = {
        "answered by then": ((("responded", 5), merged), ("kept", "undecided")),
        "nobody answered": ((merged,), ("undecided", "undecided")),
        "missed by then": ((("closed", 40, {"reason": MERGED}),), ("missed", "undecided")),
        "taken apart again": (
            (merged, ("reopened", 30), ("responded", 31), ("closed", 32)),
            ("undecided", "kept"),
        ),
    }
    found = {name: outcomes(verdict(1, *happened)) for name, (happened, _) in cases.items()}
    assert found == {name: expected for name, (_, expected) in cases.items()}


def test_what_still_runs_is_undecided_and_never_kept() -> None:
    """Ten minutes after the opening nothing is decided; after the answer one half is."""
    soon = MONDAY + 10 * MINUTE
    waiting = verdict(1, as_of=soon)
    assert outcomes(waiting) == ("undecided", "undecided")
    assert outcomes(verdict(2, ("responded", 5), as_of=soon)) == ("kept", "undecided")
    whole = total([waiting])
    assert (whole.first_response.ratio, whole.first_response.holds) == (None, None)
    assert whole.first_response.undecided == 1


def test_a_breach_decides_at_once_although_other_clocks_run() -> None:
    """The update is missed at 150 min; levels 2 and 3 still run."""
    one = verdict(1, ("responded", 30), as_of=MONDAY + 160 * MINUTE)
    assert outcomes(one) == ("kept", "missed")


def test_each_promise_is_counted_under_the_severity_at_its_own_decision() -> None:
    """Answered as normal, raised, and then forgotten: kept as normal, missed as critical."""
    raised = ("severity_changed", 60, {"severity": "critical"})
    one = verdict(1, ("responded", 30), raised, severity="normal")
    assert (one.first_response.severity, one.first_response.outcome) == ("normal", Outcome.KEPT)
    assert (one.escalation_and_update.severity, one.escalation_and_update.outcome) == (
        "critical", Outcome.MISSED,
    )  # fmt: skip
    by = {line.key: line for line in lines([one], By.SEVERITY)}
    assert by["normal"].first_response.kept == 1 and by["normal"].escalation_and_update.every == 0
    assert by["critical"].first_response.every == 0 and by["critical"].escalation_and_update.missed == 1


def test_incidents_are_counted_by_the_plans_own_day() -> None:
    """05:30Z on the first of March is still February in Mexico City (UTC-6)."""
    one = verdict(1, opened=datetime(2026, 3, 1, 5, 30, tzinfo=UTC))
    assert one.opened_on == date(2026, 2, 28)
    assert [line.key for line in lines([one], By.MONTH)] == ["2026-02"]


def test_weeks_are_iso_weeks() -> None:
    """The first of January 2027 lies in the last week of 2026."""
    assert period(date(2027, 1, 1), By.WEEK) == "2026-W53"
    assert period(date(2026, 3, 2), By.WEEK) == "2026-W10"


def test_golden_figures_of_twenty_incidents() -> None:
    """19 of 20 answers in time are 95 %, which is enough; 17 of 19 decided updates are not 90 %."""
    kept = [verdict(n, ("responded", 10), ("resolved", 60), customer="Luna") for n in range(1, 18)]
    missed = [
        verdict(18, ("responded", 31), ("resolved", 400)),
        verdict(19, ("responded", 5), ("resolved", 400)),
    ]
    open_now = [verdict(20, ("responded", 5), opened=MONDAY + LATER - 10 * MINUTE)]
    line = total([*kept, *missed, *open_now])
    first, second = line.first_response, line.escalation_and_update
    assert (first.kept, first.missed, first.undecided) == (19, 1, 0)
    assert (first.ratio, first.holds) == (0.95, True)
    assert (second.kept, second.missed, second.undecided) == (17, 2, 1)
    assert (second.ratio, second.holds) == (17 / 19, False)
    by = {one.key: one.incidents for one in lines([*kept, *missed, *open_now], By.CUSTOMER)}
    assert by == {"Luna": 17, "Sol": 3}


def test_undetected_time_stands_beside() -> None:
    one, other = verdict(1, undetected=4 * MINUTE), verdict(2, undetected=10 * MINUTE)
    found = total([one, other]).undetected
    assert (found.count, found.middle, found.longest, found.total) == (
        2,
        7 * MINUTE,
        10 * MINUTE,
        14 * MINUTE,
    )


def test_our_own_absence_is_marked_and_excuses_nothing() -> None:
    """Away from minute 10 to 50 of an incident that was missed, and after another had ended."""
    away = [(MONDAY + 10 * MINUTE, MONDAY + 50 * MINUTE)]
    touched = judge(incident(1, ("responded", 60), ("resolved", 70)), away)
    before = judge(incident(2, ("responded", 5), ("resolved", 8)), away)
    assert (touched.down, before.down) == (40 * MINUTE, timedelta(0))
    line = total([touched, before])
    assert (line.down, line.down_missed, line.first_response.missed) == (1, 1, 1)


def test_escalations_by_people_and_by_the_clock_stand_apart() -> None:
    """The engine is in time at 240 min after the answer; level 2 acts 45 min later. Ana escalated herself, so
    that her own next note proves nothing, and nobody of level 3 has come."""
    second = ("escalated", 250, {"level": 2, "by": "engine"})
    third = ("escalated", 300, {"level": 3, "by": "Ana"})
    at = {minute: MONDAY + minute * MINUTE for minute in (260, 295, 300, 310)}
    deeds = (
        Deed("a", at[260], "Luis", 1), Deed("b", at[295], "Ana", 2), Deed("escalated-2", at[300], "Ana", 2),
        Deed("c", at[310], "Ana", 2),
    )  # fmt: skip
    one = judge(incident(1, ("responded", 10), second, third, deeds=deeds))
    line = total([one])
    assert (line.by_engine.count, line.by_engine.late, line.by_engine.waiting) == (1, 0, 0)
    assert line.by_engine.acted.middle == 45 * MINUTE
    assert (line.by_person.count, line.by_person.waiting, line.by_person.acted.count) == (1, 1, 0)


def sums(found: list[Line]) -> list[int]:
    pairs = [(one.first_response, one.escalation_and_update) for one in found]
    return [
        sum(getattr(pair[side], name) for pair in pairs)
        for side in (0, 1)
        for name in ("kept", "missed", "undecided", "decided", "every")
    ] + [sum(one.incidents for one in found), sum(one.by_engine.count for one in found)]


def test_sums_add_up_however_they_are_grouped() -> None:
    verdicts = [judge(told(seed)) for seed in range(300)]
    whole = total(verdicts)
    assert whole.first_response.every == whole.escalation_and_update.every == len(verdicts)
    assert whole.first_response.decided + whole.first_response.undecided == len(verdicts)
    for by in By:
        assert sums(list(lines(verdicts, by))) == sums([whole]), by


def test_the_order_of_incidents_does_not_matter() -> None:
    verdicts = [judge(told(seed)) for seed in range(100)]
    shuffled = random.Random(1).sample(verdicts, len(verdicts))
    assert total(shuffled) == total(verdicts)
    assert all(lines(shuffled, by) == lines(verdicts, by) for by in By)
