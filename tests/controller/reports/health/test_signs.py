"""When something is wrong with us, when it is only worth a look, and when it is over."""

from datetime import UTC, date, datetime, timedelta

import pytest

from controller.reports.compliance import By, lines
from controller.reports.health import signs
from controller.reports.health.signs import Grade, Hole, Sign, Step
from controller.reports.verdict import judge
from tests.controller.reports.histories import incident

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def month(kept: int, missed: int) -> Sign:
    """Of so many first responses."""
    told = [incident(n, ("responded", 5), ("resolved", 10)) for n in range(kept)]
    told += [incident(100 + n, ("responded", 45), ("resolved", 50)) for n in range(missed)]
    by_customer = lines((judge(one) for one in told), By.CUSTOMER)
    return signs.targets(by_customer, date(2026, 3, 20))[0]


@pytest.mark.parametrize(
    ("kept", "missed", "grade"),
    [
        (30, 0, Grade.GOOD),
        (29, 1, Grade.GOOD),  # 96.7 %
        (19, 1, Grade.NEAR),  # 95 %: it holds, and is no recovery yet
        (9, 1, Grade.NEAR),  # 90 % by a single one says nothing
        (3, 3, Grade.NEAR),  # six say nothing
        (18, 2, Grade.BAD),
    ],
)
def test_a_target_slips_when_enough_say_so(kept: int, missed: int, grade: Grade) -> None:
    sign = month(kept, missed)
    assert (sign.rule, sign.object, sign.grade) == (signs.FIRST_RESPONSE, "Sol 2026-03", grade)


def late(due: float, acted: float, known: float | None = None) -> Step:
    return Step(NOW + due * MINUTE, NOW + acted * MINUTE, NOW + (due if known is None else known) * MINUTE)


def test_a_minute_late_is_in_time_and_more_is_late() -> None:
    assert signs.engine([late(-30, -29)], None, [], NOW).grade is Grade.GOOD
    found = signs.engine([late(-30, -28)], None, [], NOW)
    assert (found.grade, found.facts) == (Grade.BAD, {"late_s": "120", "count": "1"})


def test_while_we_were_away_nothing_was_late_and_right_after_it_little_is() -> None:
    """Due while we were away: what counts is from our return on."""
    away = [(NOW - 60 * MINUTE, NOW - 20 * MINUTE)]
    assert signs.engine([late(-40, -19.5)], None, away, NOW).grade is Grade.GOOD
    assert signs.engine([late(-40, -10)], None, away, NOW).grade is Grade.BAD


def test_a_deadline_that_we_learnt_of_late_is_late_from_then_on() -> None:
    """A call written down an hour late puts a deadline into the past; the engine acts at once."""
    assert signs.engine([late(-60, -1, known=-1.2)], None, [], NOW).grade is Grade.GOOD


def test_what_still_waits_is_late_too() -> None:
    assert signs.engine([], NOW - 2 * MINUTE, [], NOW).grade is Grade.BAD
    assert signs.engine([], NOW - 0.5 * MINUTE, [], NOW).grade is Grade.GOOD


@pytest.mark.parametrize(("age", "grade"), [(1, Grade.GOOD), (10, Grade.NEAR), (16, Grade.BAD)])
def test_post_that_does_not_leave(age: int, grade: Grade) -> None:
    assert signs.post(3, NOW - age * MINUTE, NOW).grade is grade
    assert signs.post(0, None, NOW).grade is Grade.GOOD


def test_a_gap_in_a_rota_is_an_alarm_and_a_level_nobody_was_put_on_is_worth_a_look() -> None:
    night = Hole(1, NOW + 600 * MINUTE, NOW + 900 * MINUTE, by_rota=True)
    nobody = Hole(3, NOW, NOW + 2880 * MINUTE, by_rota=False)
    first, third = signs.rota([night, nobody])
    assert (first.object, first.grade, first.facts["gap_s"]) == ("1", Grade.BAD, "18000")
    assert (third.object, third.grade) == ("3", Grade.NEAR)
    assert [one.grade for one in signs.rota([])] == [Grade.GOOD]


def test_a_disk_is_low_before_it_is_full_and_roomy_again_a_good_way_up() -> None:
    grades = [signs.disk("/d", size * 1024**2).grade for size in (400, 700, 2000)]
    assert grades == [Grade.BAD, Grade.NEAR, Grade.GOOD]


def test_a_root_that_ends_and_a_change_of_roots_that_was_forgotten() -> None:
    """Ten years pass: a look a year before, an alarm with half a year left, in which machines that are off
    for months still hear of the next one."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    grades = [signs.authority(now + timedelta(days=left), now).grade for left in (100, 300, 400)]
    assert grades == [Grade.BAD, Grade.NEAR, Grade.GOOD]
    assert signs.roots(None, 0, 0, now) == []
    for days, grade in ((10, Grade.NEAR), (61, Grade.BAD)):
        (sign,) = signs.roots(now - timedelta(days=days), 3, 5, now)
        assert (sign.grade, sign.facts["arrived"], sign.facts["machines"]) == (grade, "3", "5")
