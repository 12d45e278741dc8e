"""Plans and calendars as TOML: all faults at once, each where it stands, and written back as the same."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from controller.sla.calendar import Calendar
from controller.sla.durations import duration
from controller.sla.errors import PlanInvalid
from controller.sla.holiday import Holidays
from controller.sla.plan import CLOCKS, default_plan
from controller.sla.plan_file import read_calendar_file, read_plan, version_faults
from controller.sla.plan_writing import write_calendar, write_plan

OFFICE = Calendar("America/Bogota", (((480, 720), (840, 1080)),) * 4 + (((1320, 1800),), (), ((0, 1440),)))
GOOD = """\
name = "Soporte completo"
zone = "America/Mexico_City"
effective_from = 2026-12-01T00:00:00-06:00
escalation_origin = "response_or_deadline"
severity_change = "fair"
pausable = []
pause_max = "2d"
warn_at = [0.5, 0.8]
close_after_days = 5
[severity.critical]
first_response = "30m"
update_every = "2h"
escalate_l2 = "4h"
escalate_l3 = "8h"
contact_recommended = ["phone"]
contact_counts = []
[hours]
update_every = "office"
[targets]
first_response = 0.95
escalation_and_update = 0.90
"""


def faults(text: str, now: datetime | None = None) -> dict[str, tuple[str, int | None]]:
    """By key path: kind and line."""
    with pytest.raises(PlanInvalid) as caught:
        read_plan(text, {"office": OFFICE}, now)
    return {fault.path: (fault.kind, fault.line) for fault in caught.value.faults}


def test_the_contracts_own_example_reads() -> None:
    plan = read_plan(GOOD, {"office": OFFICE}, datetime(2026, 11, 1, tzinfo=UTC))
    assert plan.severities["critical"].promises["first_response"] == duration("30m")
    assert plan.calendar("update_every", {"office": OFFICE}) is OFFICE
    assert plan.calendar("escalate_l2", {"office": OFFICE}).always
    assert plan.pause_max == duration("2d")


def test_the_default_plan_is_the_contracts_table() -> None:
    plan = default_plan()
    table = {name: [str(s.promises[clock]) for clock in CLOCKS[:4]] for name, s in plan.severities.items()}
    assert table == {
        "critical": ["30m", "2h", "4h", "8h"],
        "high": ["2h", "4h", "8h", "16h"],
        "normal": ["4h", "1d", "2d", "4d"],
    }
    assert (plan.first_response_target, plan.escalation_and_update_target) == (0.95, 0.90)
    assert plan.pausable == ()
    assert not plan.hours
    assert all(not severity.contact_counts for severity in plan.severities.values())


@pytest.mark.parametrize(
    "plan",
    [
        default_plan(),
        replace(
            default_plan(),
            name='Día "y" noche \\ \u007f',
            pausable=("update_every",),
            hours={"update_every": "office"},
            effective_from=datetime(2026, 12, 1, tzinfo=UTC),
        ),
    ],
)
def test_a_written_plan_reads_back_as_the_same(plan: object) -> None:
    assert read_plan(write_plan(plan), {"office": OFFICE}) == plan  # type: ignore[arg-type]


def test_a_written_calendar_reads_back_as_the_same() -> None:
    calendar = replace(OFFICE, holidays=Holidays(frozenset({date(2026, 12, 24)}), "ES", "CT"))
    assert read_calendar_file(write_calendar("office", calendar)) == ("office", calendar)


def test_every_fault_at_once_with_its_line() -> None:
    """A plan with nearly everything wrong: one reading tells all of it."""
    found = faults(
        """\
name = ""
zone = "Mars/Olympus"
colour = "red"
effective_from = 2026-12-01T00:00:00
severity_change = "sometimes"
pausable = ["lunch"]
pause_max = "-2d"
warn_at = [0.5, 1.5]
close_after_days = 0
[severity.critical]
first_response = "-30m"
escalate_l2 = "8h"
escalate_l3 = "4h"
first_reponse = "1h"
[severity.high]
update_every = 5
[hours]
update_every = "night"
[targets]
first_response = 95
"""
    )
    assert found == {
        "name": ("wrong_type", 1),
        "zone": ("unknown_zone", 2),
        "colour": ("unknown_key", 3),
        "effective_from": ("wrong_type", 4),
        "severity_change": ("not_allowed", 5),
        "pausable": ("not_allowed", 6),
        "pause_max": ("negative", 7),
        "warn_at[1]": ("not_allowed", 8),
        "close_after_days": ("not_allowed", 9),
        "severity.critical.first_response": ("negative", 11),
        "severity.critical.escalate_l3": ("level_order", 13),
        "severity.critical.first_reponse": ("unknown_key", 14),
        "severity.high.first_response": ("missing", 15),
        "severity.high.update_every": ("wrong_type", 16),
        "hours.update_every": ("not_allowed", 18),
        "targets.first_response": ("not_allowed", 20),
    }


def test_a_calendar_that_never_opens_is_refused() -> None:
    with pytest.raises(PlanInvalid, match="never opens"):
        read_calendar_file('name = "closed"\nzone = "UTC"\n[weekly]\n')
    with pytest.raises(PlanInvalid, match="never opens"):
        read_plan(GOOD, {"office": Calendar("UTC", ((),) * 7)})


def test_a_calendars_faults_come_at_once_too() -> None:
    text = """\
name = "24x7"
zone = "Europe/Atlantis"
country = "XX"
holidays = ["2026-02-30"]
[weekly]
monday = []
tue = [["09:00", "25:00"]]
"""
    with pytest.raises(PlanInvalid) as caught:
        read_calendar_file(text)
    found = {(fault.path, fault.line) for fault in caught.value.faults}
    assert found == {
        ("name", 1), ("zone", 2), ("country", 3), ("holidays[0]", 4), ("weekly.monday", 6),
        ("weekly.tue[0]", 7),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["24x7", " office", "off\\u0000ice", ""])
def test_a_calendars_name_can_be_written_anywhere(name: str) -> None:
    """It stands in a column of its own, and in commands."""
    with pytest.raises(PlanInvalid) as caught:
        read_calendar_file(f'name = "{name}"\nzone = "UTC"\n[weekly]\nmon = [["09:00", "18:00"]]\n')
    assert [fault.path for fault in caught.value.faults] == ["name"]


@pytest.mark.parametrize("text", ["[" * 5000, "x = " + "9" * 5000, "x" * 70_000])
def test_what_would_choke_a_reader_is_a_fault_like_any_other(text: str) -> None:
    assert set(faults(text)) == {"(file)"}


def test_a_plan_never_begins_in_the_past() -> None:
    assert faults(GOOD, datetime(2027, 1, 1, tzinfo=UTC)) == {"effective_from": ("past", 3)}


def test_what_is_no_toml_names_the_line() -> None:
    assert faults('name = "x"\nzone = \n') == {"(file)": ("syntax", 2)}


def test_the_error_reads_as_one_line_per_fault() -> None:
    with pytest.raises(PlanInvalid) as caught:
        read_plan(GOOD.replace('"4h"', '"9h"').replace("fair", "unfair"), {"office": OFFICE})
    assert str(caught.value).splitlines() == [
        "line 5, severity_change: 'unfair' is not known. One of fair, from_origin, restart",
        (
            "line 14, severity.critical.escalate_l3: level 3 (8h) is before level 2 (9h). "
            "Let level 3 come at the same time or later"
        ),
    ]


def test_overlapping_versions_are_told() -> None:
    first = replace(default_plan(), effective_from=datetime(2026, 12, 1, tzinfo=UTC))
    assert not version_faults([default_plan(), first])
    assert [fault.kind for fault in version_faults([first, default_plan(), first])] == ["overlapping"]


@pytest.mark.parametrize("text", ["30", "m", "-4h", "1.5h", "2w", " 4h", "4 h", "", "99999999h", "٣h"])
def test_durations_have_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="^" + re.escape(text) + "$"):
        duration(text)


def test_durations_in_days_are_open_days_where_it_closes() -> None:
    """T11: 48 hours on 24x7; on office hours two open days later at the same local time."""
    friday = datetime(2026, 2, 6, 15, tzinfo=UTC)
    plan = default_plan()
    weekdays = Calendar("UTC", (((540, 1080),),) * 5 + ((), ()))
    nothing = timedelta(0)
    assert duration("2d").after(friday, plan.calendar("x", {}), nothing) == datetime(
        2026, 2, 8, 15, tzinfo=UTC
    )
    assert duration("2d").after(friday, weekdays, nothing) == datetime(2026, 2, 10, 15, tzinfo=UTC)
    assert duration("48h").after(friday, weekdays, nothing) == datetime(2026, 2, 13, 18, tzinfo=UTC)
    assert duration("2d").after(friday, weekdays, timedelta(hours=4)) == datetime(2026, 2, 11, 10, tzinfo=UTC)
