"""When a desktop or laptop is expected to be on: stated, or learnt from where it was seen."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from controller.core.errors import Invalid
from controller.detection.hours.learning import learnt
from controller.detection.hours.week import Hours, slot_of, stated, weekdays_of

MONDAY = date(2026, 3, 2)
ZONE = "America/Mexico_City"


def on(*spans: tuple[str, str]) -> int:
    """Quarters of a day, from spans as ("09:00", "13:00")."""
    found = 0
    for first, last in spans:
        start, end = (slot_of(time.fromisoformat(one)) for one in (first, last))
        found |= sum(1 << slot for slot in range(start, end))
    return found


def office(days: int, first: date = MONDAY) -> dict[date, int]:
    """Monday to Friday, in about 9, lunch of an hour from about 13:30, gone about 18."""
    draw = random.Random(7)
    found = {}
    for number in range(days):
        day = first + timedelta(days=number)
        if day.weekday() < 5:
            start, lunch, end = (
                36 + draw.randrange(-1, 2),
                54 + draw.randrange(-2, 3),
                72 + draw.randrange(-2, 3),
            )
            found[day] = sum(1 << slot for slot in [*range(start, lunch), *range(lunch + 4, end)])
    return found


def shown(hours: Hours | None) -> list[str]:
    return [f"{first:%H:%M}-{last:%H:%M}" for first, last in hours.spans()] if hours else []


def test_two_weeks_of_an_office_teach_its_core_hours() -> None:
    """Lunch, late mornings and early evenings are none of them."""
    hours = learnt(office(21), MONDAY + timedelta(days=21))
    assert hours is not None
    assert hours.weekdays == {0, 1, 2, 3, 4}
    assert shown(hours) == ["09:30-12:45", "15:15-17:15"]


@pytest.mark.parametrize(
    ("story", "presence"),
    [
        ("never seen", {}),
        ("13 days", office(13, MONDAY + timedelta(days=8))),
        ("a machine that comes and goes", {MONDAY + timedelta(days=n): 1 << 40 + n % 9 for n in range(20)}),
        ("on Mondays only", {MONDAY + timedelta(days=7 * n): on(("09:00", "18:00")) for n in range(3)}),
    ],
)
def test_rather_no_hours_than_wrong_ones(story: str, presence: dict[date, int]) -> None:
    assert learnt(presence, MONDAY + timedelta(days=21)) is None, story


def test_a_holiday_and_a_sunday_at_work_teach_nothing() -> None:
    presence = office(28)
    del presence[MONDAY + timedelta(days=15)]
    presence[MONDAY + timedelta(days=13)] = on(("10:00", "22:00"))
    hours = learnt(presence, MONDAY + timedelta(days=28))
    assert hours is not None
    assert 6 not in hours.weekdays and shown(hours)[0].startswith("09:30")


def test_a_desktop_that_never_sleeps_is_expected_day_and_night() -> None:
    presence = {MONDAY + timedelta(days=n): on(("00:00", "23:45")) | 1 << 95 for n in range(20)}
    hours = learnt(presence, MONDAY + timedelta(days=20))
    assert hours is not None and len(hours.weekdays) == 7
    assert hours.spans() == ((time(0), time(0)),)


def test_stated_hours_hold_on_the_customers_wall_clock() -> None:
    """A silence must begin and last inside of them, on one day."""
    hours = stated(weekdays_of("mon-fri"), time(9), time(14))
    at = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # 10:00 there
    assert hours.hold_throughout(at, at + timedelta(minutes=15), ZONE)
    assert not hours.hold_throughout(at - timedelta(hours=2), at, ZONE)
    assert not hours.hold_throughout(at, at + timedelta(hours=4), ZONE)
    assert not hours.hold_throughout(at, at + timedelta(days=1), ZONE)
    assert not hours.hold_throughout(at - timedelta(days=1), at - timedelta(days=1, minutes=-15), ZONE)


def test_days_as_people_write_them() -> None:
    assert weekdays_of("mon-fri") == {0, 1, 2, 3, 4}
    assert weekdays_of("Sat, sun") == {5, 6}
    assert weekdays_of("fri-mon") == {4, 5, 6, 0}


@pytest.mark.parametrize(
    ("field", "days", "opens", "closes"),
    [
        ("days", "monday", "09:00", "14:00"),
        ("days", "", "09:00", "14:00"),
        ("from", "mon", "09:07", "14:00"),
        ("to", "mon", "14:00", "09:00"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused_by_name(
    field: str, days: str, opens: str, closes: str
) -> None:
    with pytest.raises(Invalid) as refused:
        stated(weekdays_of(days), time.fromisoformat(opens), time.fromisoformat(closes))
    assert refused.value.field == field
