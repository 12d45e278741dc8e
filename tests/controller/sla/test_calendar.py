"""Working time: ours against a calendar that looks at every minute, and what must hold of any calendar."""

import time
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.sla.calendar import ALWAYS, Calendar
from controller.sla.errors import CalendarNeverOpens, OutOfCalendar
from controller.sla.holiday import Holidays
from tests.support.random_calendars import sample

OFFICE = Calendar("Europe/Madrid", (((540, 1080),),) * 5 + ((), ()))
MONDAY = datetime(2026, 2, 2, 9, tzinfo=UTC)
seeds = st.integers(0, 2**32 - 1)


@given(seeds)
@settings(max_examples=120, deadline=None)
def test_counts_what_a_calendar_counts_that_looks_at_every_minute(seed: int) -> None:
    """Any hours, any zone, any span, most of them near a change of clocks; bench/oracle_calendar.py runs
    the same comparison a hundred thousand times."""
    drawn = sample(Random(seed), timedelta(days=1))
    assert drawn.fast.open_between(drawn.start, drawn.end) == drawn.slow.open_between(drawn.start, drawn.end)


@given(seeds, st.integers(0, 1800))
@settings(max_examples=120, deadline=None)
def test_lands_where_counting_every_minute_lands(seed: int, seconds: int) -> None:
    drawn = sample(Random(seed))
    duration = timedelta(seconds=seconds)
    wanted = drawn.slow.add_open(drawn.start, duration, timedelta(days=3))
    if wanted is not None:
        assert drawn.fast.add_open(drawn.start, duration) == wanted


@given(seeds, st.timedeltas(timedelta(microseconds=1), timedelta(hours=60)))
@settings(max_examples=150, deadline=None)
def test_adding_and_counting_are_inverse(seed: int, duration: timedelta) -> None:
    drawn = sample(Random(seed))
    if drawn.fast.never:
        return
    end = drawn.fast.add_open(drawn.start, duration)
    assert drawn.fast.open_between(drawn.start, end) == duration
    assert drawn.fast.open_between(drawn.start, end - timedelta(microseconds=1)) < duration


@given(seeds, st.floats(0, 1))
@settings(max_examples=150, deadline=None)
def test_a_span_is_the_sum_of_its_parts(seed: int, part: float) -> None:
    drawn = sample(Random(seed), timedelta(days=400))
    middle = drawn.start + part * (drawn.end - drawn.start)
    parts = drawn.fast.open_between(drawn.start, middle) + drawn.fast.open_between(middle, drawn.end)
    assert drawn.fast.open_between(drawn.start, drawn.end) == parts


@given(
    seeds, st.timedeltas(timedelta(0), timedelta(hours=60)), st.timedeltas(timedelta(0), timedelta(hours=60))
)
@settings(max_examples=150, deadline=None)
def test_later_starts_and_longer_durations_never_end_earlier(
    seed: int, first: timedelta, second: timedelta
) -> None:
    drawn = sample(Random(seed))
    if drawn.fast.never:
        return
    short, long = sorted((first, second))
    assert drawn.fast.add_open(drawn.start, short) <= drawn.fast.add_open(drawn.start, long)
    assert drawn.fast.add_open(drawn.start, long) <= drawn.fast.add_open(drawn.end, long)


@given(seeds)
@settings(max_examples=100, deadline=None)
def test_the_intervals_of_a_span_add_up_to_it(seed: int) -> None:
    drawn = sample(Random(seed), timedelta(days=90))
    parts = list(drawn.fast.intervals(drawn.start, drawn.end))
    total = sum((end - start for start, end in parts), timedelta(0))
    assert total == drawn.fast.open_between(drawn.start, drawn.end)
    assert all(end < start for (_, end), (start, _) in pairwise(parts))


def test_a_day_is_24_hours_where_it_is_always_open() -> None:
    assert ALWAYS.add_days(MONDAY, 2) == MONDAY + timedelta(hours=48)


def test_a_day_elsewhere_is_the_next_open_day_at_the_same_local_time() -> None:
    """Friday 17:00 and one day is Monday 17:00, also when clocks changed in between (29 March 2026)."""
    friday = datetime(2026, 3, 27, 16, tzinfo=UTC)
    assert OFFICE.add_days(friday, 1) == datetime(2026, 3, 30, 15, tzinfo=UTC)


def test_days_skip_holidays_and_roll_to_the_next_opening() -> None:
    closed = Calendar("UTC", OFFICE.weekly, Holidays(frozenset({date(2026, 2, 3)})))
    assert closed.add_days(MONDAY, 1) == datetime(2026, 2, 4, 9, tzinfo=UTC)
    assert closed.add_days(datetime(2026, 2, 2, 20, tzinfo=UTC), 1) == datetime(2026, 2, 5, 9, tzinfo=UTC)
    saturday = datetime(2026, 2, 7, 12, tzinfo=UTC)
    assert closed.add_days(saturday, 1) == datetime(2026, 2, 9, 12, tzinfo=UTC)


def test_a_day_that_clocks_skip_altogether_is_no_open_day() -> None:
    """Samoa had no 30 December 2011: a day after the 29th is the 31st."""
    apia = Calendar("Pacific/Apia", (((480, 1020),),) * 7)
    thursday = datetime(2011, 12, 29, 20, tzinfo=UTC)  # 10:00 local, offset -10
    assert apia.add_days(thursday, 1) == datetime(2011, 12, 30, 20, tzinfo=UTC)  # the 31st 10:00, offset +14


def test_a_local_time_that_is_skipped_becomes_the_jump() -> None:
    nights = Calendar("Europe/Madrid", (((0, 300),),) * 7)
    saturday = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)  # 02:30 local
    assert nights.add_days(saturday, 1) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_country_holidays_come_from_the_library_and_own_dates_add_to_them() -> None:
    bogota = Calendar("America/Bogota", OFFICE.weekly, Holidays(frozenset({date(2026, 1, 13)}), "CO"))
    friday = datetime(2026, 1, 9, 22, 30, tzinfo=UTC)  # 17:30 local
    assert bogota.add_open(friday, timedelta(hours=1)) == datetime(2026, 1, 14, 14, 30, tzinfo=UTC)


def test_a_calendar_that_never_opens_says_so() -> None:
    never = Calendar("UTC", ((),) * 7)
    assert never.open_between(MONDAY, MONDAY + timedelta(days=9)) == timedelta(0)
    with pytest.raises(CalendarNeverOpens):
        never.add_open(MONDAY, timedelta(0))
    with pytest.raises(CalendarNeverOpens):
        never.add_days(MONDAY, 1)


@pytest.mark.parametrize("calendar", [ALWAYS, OFFICE])
def test_a_sum_beyond_the_year_9999_is_refused_at_once(calendar: Calendar) -> None:
    with pytest.raises(OutOfCalendar):
        calendar.add_open(MONDAY, timedelta(days=3_000_000))


def test_years_cost_little() -> None:
    """Ten years of open time in at most 5 ms of CPU once laid out: nothing walks through minutes."""
    duration = timedelta(hours=9 * 2600)
    end = OFFICE.add_open(MONDAY, duration)
    began = time.process_time()
    assert OFFICE.open_between(MONDAY, end) == duration
    assert OFFICE.add_open(MONDAY, duration) == end
    assert time.process_time() - began < 0.005
