"""What a new version changes, said before it is kept: by key, at sample instants, in the document itself."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from controller.sla.calendar import Calendar
from controller.sla.durations import duration
from controller.sla.holiday import Holidays
from controller.sla.plan import Plan, default_plan
from controller.sla.plan_file import read_plan
from controller.sla.plan_writing import write_plan
from controller.sla.versions.changes import calendar_changes, plan_changes
from controller.sla.versions.samples import dues, samples
from controller.sla.versions.times import times_in, with_beginning, with_times
from controller.sla.versions.version import ALWAYS, Book, CalendarVersion, PlanVersion, label
from tests.support.plans import office_plan

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OFFICE = Calendar("UTC", (((540, 1080),),) * 5 + ((), ()), Holidays(frozenset({date(2026, 3, 16)})))


def governed(plan: Plan, calendar: Calendar = OFFICE) -> Book:
    return Book(
        (PlanVersion(UUID(int=1), None, ALWAYS, plan),),
        (CalendarVersion(UUID(int=2), None, "office", ALWAYS, calendar),),
    )


def test_changes_are_told_by_their_key() -> None:
    severities = dict(default_plan().severities)
    promises = {**severities["high"].promises, "resolution": duration("3d")}
    severities["high"] = replace(severities["high"], promises=promises)
    after = replace(default_plan(), severities=severities, pause_max=None, hours={"update_every": "office"})
    assert plan_changes(default_plan(), default_plan()) == ()
    assert plan_changes(default_plan(), after) == (
        ("pause_max", "2d", ""),
        ("severity.high.resolution", "", "3d"),
        ("hours.update_every", "24x7", "office"),
    )
    shorter = replace(OFFICE, weekly=(*OFFICE.weekly[:4], ((540, 900),), (), ((1320, 1800),)))
    assert calendar_changes(OFFICE, shorter) == (
        ("weekly.fri", "09:00–18:00", "09:00–15:00"),
        ("weekly.sun", "", "22:00–06:00"),
    )


def test_the_samples_are_where_promises_are_misjudged() -> None:
    """Friday evening rolls to Monday, the eve of a holiday skips it; the rest of the table stays."""
    found = {one.kind: one.at for one in samples("UTC", [OFFICE], NOON)}
    assert found == {
        "night": datetime(2026, 3, 4, 2, 30, tzinfo=UTC),
        "friday": datetime(2026, 3, 6, 17, 30, tzinfo=UTC),
        "saturday": datetime(2026, 3, 7, 12, tzinfo=UTC),
        "monday": datetime(2026, 3, 9, 10, tzinfo=UTC),
        "eve": datetime(2026, 3, 15, 17, 30, tzinfo=UTC),
    }
    before = governed(default_plan()).governing(None, NOON)
    after = governed(replace(default_plan(), hours={"first_response": "office"})).governing(None, NOON)
    moved = [one for one in dues(before, after, found["friday"]) if one.before != one.after]
    assert [(one.severity, one.clock, one.after) for one in moved] == [
        ("high", "first_response", datetime(2026, 3, 9, 10, 30, tzinfo=UTC)),
        ("normal", "first_response", datetime(2026, 3, 9, 12, 30, tzinfo=UTC)),
    ]


def test_times_are_put_where_they_stand_and_the_rest_stays_word_by_word() -> None:
    text = office_plan()
    changed = with_times(text, {("critical", "first_response"): "10m", ("high", "resolution"): "5d"})
    assert changed.replace('"10m"', '"30m"').replace('resolution = "5d"\n', "") == text
    assert "  # as signed" in changed
    assert read_plan(changed, None).severities["high"].promises["resolution"] == duration("5d")
    assert changed.index('resolution = "5d"') > changed.index('escalate_l3 = "16h"')
    gone = with_times(text, {("normal", "escalate_l3"): ""})
    assert 'escalate_l3 = "4d"' not in gone and len(gone) == len(text) - len('escalate_l3 = "4d"\n')
    added = with_times("name = 'x'", {("high", "first_response"): "1h"})
    assert added == "name = 'x'\n\n[severity.high]\nfirst_response = \"1h\"\n"


@pytest.mark.parametrize("typed", ['"', "\\", '30m" # x', "\n[hours]", "𝟛0m", "-5"])
def test_whatever_is_typed_into_the_table_stays_one_value(typed: str) -> None:
    """A quotation mark or a line end cannot write other keys."""
    text = with_times(office_plan(), {("critical", "first_response"): typed})
    kept = "".join(one for one in typed.strip() if one.isprintable())
    assert times_in(text)["critical", "first_response"] == kept
    assert len(text.splitlines()) == len(office_plan().splitlines())


def test_a_beginning_is_put_in_or_in_place_of_another() -> None:
    begins = "2026-12-01T00:00:00-06:00"
    for text in (office_plan(NOON), write_plan(default_plan())):
        read = read_plan(with_beginning(text, begins), None)
        assert read.effective_from == datetime(2026, 12, 1, 6, tzinfo=UTC)


def test_versions_are_called_by_their_first_day() -> None:
    zone = "America/Mexico_City"
    assert label(datetime(2026, 12, 1, 6, tzinfo=UTC), zone) == "2026-12-01"
    assert label(datetime(2026, 12, 1, tzinfo=UTC), zone) == "2026-11-30T18:00"
    assert label(ALWAYS, zone) == "1970-01-01"
    assert label(NOON + timedelta(seconds=3), "UTC") == "2026-03-02T12:00:03"
