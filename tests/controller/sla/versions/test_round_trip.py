"""What is written can be read again as the same, for any plan and any calendar."""

import tomllib
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.sla.calendar import Calendar
from controller.sla.durations import Duration, duration
from controller.sla.holiday import Holidays
from controller.sla.plan import ALL_HOURS, CLOCKS, ESCALATION_ORIGINS, SEVERITY_CHANGES, Plan, Severity
from controller.sla.plan_file import read_calendar_file, read_plan
from controller.sla.plan_writing import write_calendar, write_plan

ZONES = st.sampled_from(("UTC", "America/Mexico_City", "Australia/Lord_Howe"))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=40).filter(
    lambda text: bool(text.strip())
)
DURATIONS = st.builds(
    lambda amount, unit: duration(f"{amount}{unit}"), st.integers(1, 9_999), st.sampled_from("mhd")
)
FRACTIONS = st.floats(0.001, 0.999)
CALENDARS = st.sampled_from((ALL_HOURS, "office", 'día "x"'))
NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,9}", fullmatch=True)
CHANNELS = st.lists(TEXTS, unique=True, max_size=3).map(tuple)


@st.composite
def severities(draw: st.DrawFn) -> Severity:
    promises: dict[str, Duration] = {"first_response": draw(DURATIONS)}
    for clock in draw(st.sets(st.sampled_from(CLOCKS[1:]))):
        promises[clock] = draw(DURATIONS)
    levels = sorted(
        (promises[clock] for clock in ("escalate_l2", "escalate_l3") if clock in promises),
        key=lambda one: one.nominal,
    )
    for clock in ("escalate_l3", "escalate_l2"):
        if clock in promises:
            promises[clock] = levels.pop()
    ordered = {clock: promises[clock] for clock in CLOCKS if clock in promises}
    return Severity(draw(NAMES), ordered, draw(CHANNELS), draw(CHANNELS))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    found = draw(st.lists(severities(), min_size=1, max_size=4, unique_by=lambda one: one.name))
    return Plan(
        name=draw(TEXTS),
        severities={one.name: one for one in found},
        zone=draw(ZONES),
        effective_from=draw(st.none() | st.datetimes(
            datetime(1971, 1, 1), datetime(2199, 1, 1), timezones=st.just(UTC))),
        escalation_origin=draw(st.sampled_from(ESCALATION_ORIGINS)),
        severity_change=draw(st.sampled_from(SEVERITY_CHANGES)),
        pausable=tuple(draw(st.lists(st.sampled_from(CLOCKS), unique=True))),
        pause_max=draw(st.none() | DURATIONS),
        warn_at=tuple(sorted(draw(st.sets(FRACTIONS, max_size=3)))),
        close_after_days=draw(st.integers(1, 365)),
        hours=draw(st.dictionaries(st.sampled_from(CLOCKS), CALENDARS)),
        first_response_target=draw(FRACTIONS),
        escalation_and_update_target=draw(FRACTIONS),
    )  # fmt: skip


@given(plans())
@settings(max_examples=25, deadline=None)
def test_any_plan(plan: Plan) -> None:
    written = write_plan(plan)
    tomllib.loads(written)
    assert read_plan(written, None) == plan


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    interval = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(
        lambda pair: (pair[0], min(pair[0] + pair[1], pair[0] + 1440))
    )
    weekly = draw(st.tuples(*(st.lists(interval, max_size=3).map(tuple) for _ in range(7))).filter(any))
    own = draw(st.frozensets(st.dates(date(1990, 1, 1), date(2100, 1, 1)), max_size=4))
    country, region = draw(st.sampled_from((("", ""), ("MX", ""), ("ES", "CT"))))
    return Calendar(draw(ZONES), weekly, Holidays(own, country, region))


CALENDAR_NAMES = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=40
).filter(lambda name: name != ALL_HOURS)


@given(CALENDAR_NAMES, calendars())
@settings(max_examples=25, deadline=None)
def test_any_calendar(name: str, calendar: Calendar) -> None:
    assert read_calendar_file(write_calendar(name, calendar)) == (name, calendar)


def test_the_next_holidays_are_own_dates_and_the_countrys_by_name() -> None:
    days = Holidays(frozenset({date(2026, 12, 24)}), "MX").coming(date(2026, 12, 1), 3, "es")
    assert days == (
        (date(2026, 12, 24), ""),
        (date(2026, 12, 25), "Navidad"),
        (date(2027, 1, 1), "Año Nuevo"),
    )
    assert not Holidays().coming(date(2026, 12, 1), 3)
    last = date(2026, 12, 1) + timedelta(days=366)
    assert Holidays(frozenset({last, last + timedelta(days=1)})).coming(date(2026, 12, 1), 9) == ((last, ""),)
