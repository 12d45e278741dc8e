"""The proof on the page: from what happened to the open hours to the sum, in words anybody can check."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from controller.core.actor import ActorKind
from controller.incidents.timeline import Entry, EntryKind
from controller.sla.calendar import Calendar
from controller.sla.clock import evaluate
from controller.sla.ledger import Explanation, events_of
from controller.sla.plan import CLOCKS, default_plan
from controller.sla.versions.version import ALWAYS, Governing, PlanVersion
from controller.web.proof import Told, told
from controller.words.catalogue import translator
from controller.words.proofs import Voice

TUESDAY = datetime(2026, 3, 3, 10, tzinfo=UTC)
OFFICE = Calendar("UTC", (((540, 1080),),) * 5 + ((), ()))
MINUTE = timedelta(minutes=1)


def entry(kind: str, minute: float, recorded: float | None = None, **more: Any) -> Entry:
    at = TUESDAY + minute * MINUTE
    known = at if recorded is None else TUESDAY + recorded * MINUTE
    return Entry(uuid4(), UUID(int=1), EntryKind(kind), at, known, ActorKind.PERSON, "Ana", **more)


def proved(*entries: Entry, as_of: float = 600, office: bool = False, voice: Voice = Voice.CUSTOMER,
           language: str = "en", **plan: Any) -> dict[str, Told]:  # fmt: skip
    hours = dict.fromkeys(CLOCKS, "office") if office else {}
    made = replace(default_plan(), hours=hours, **plan)
    version = PlanVersion(UUID(int=2), None, ALWAYS, made, "")
    calendars = {"office": OFFICE} if office else {}
    now = TUESDAY + as_of * MINUTE
    state = evaluate(made, calendars, events_of(entries), now)
    found = Explanation(None, Governing(version, (), calendars), state, entries)  # type: ignore[arg-type]
    return {one.label: one for one in told(found, "UTC", translator(language), voice)}


OPENED = entry("opened", 0, severity="critical")


def test_an_answer_in_time_says_how_much_was_left() -> None:
    lines = proved(OPENED, entry("responded", 25))["Our first answer"].lines
    assert lines == (
        "Promised within 30 min (critical), counted around the clock.",
        "Counted from Tue 3 Mar, 10:00, when we knew of it.",
        "So the time was until Tue 3 Mar, 10:30.",
        "It happened Tue 3 Mar, 10:25, 5 min before.",
    )


def test_a_late_answer_and_one_that_never_came_say_by_how_much() -> None:
    late = proved(OPENED, entry("responded", 50))["Our first answer"]
    assert (late.verdict, late.tone) == ("late", "late")
    assert late.lines[-1] == "It happened Tue 3 Mar, 10:50, 20 min late."
    assert proved(OPENED, as_of=90)["Our first answer"].lines[-1] == "It has not happened: 1 h late by now."


def test_a_pause_says_whom_we_waited_for_and_how_long() -> None:
    """Opened at ten, held from 10:10 to 12:20 while we waited for them, answered at 12:30."""
    pause = entry("paused", 10, reason="waiting_for_customer"), entry("resumed", 140)
    made = proved(OPENED, *pause, entry("responded", 150), pausable=CLOCKS)["Our first answer"].lines
    assert (
        "The clock stood still while we waited for you: Tue 3 Mar, 10:10 to Tue 3 Mar, 12:20, "
        "2 h 10 min that do not count."
    ) in made
    assert "Tue 3 Mar, 10:00 to 10:10: 10 min, in all 10 min." in made
    assert "Tue 3 Mar, 12:20 to 12:40: 20 min, in all 30 min." in made
    staff = proved(OPENED, *pause, pausable=CLOCKS, voice=Voice.STAFF)["Our first answer"].lines
    assert any("we waited for the customer" in line for line in staff)


def test_while_a_pause_lasts_the_clock_is_said_to_stand() -> None:
    made = proved(OPENED, entry("paused", 10, reason="waiting_for_consent"), as_of=60, pausable=CLOCKS)
    assert made["Our first answer"].lines[-1] == (
        "The clock stands still since Tue 3 Mar, 10:10: we waited for your consent."
    )


def test_office_hours_are_summed_stretch_by_stretch_and_long_ones_are_folded() -> None:
    """16 open hours from Tuesday ten o'clock; four open days for a normal one fold in the middle."""
    made = proved(entry("opened", 0, severity="high"), entry("responded", 30), office=True, as_of=1)
    assert made["Our first answer"].lines[2] == "Tue 3 Mar, 10:00 to 12:00: 2 h, in all 2 h."
    third = proved(entry("opened", 0, severity="high"), entry("responded", 30), office=True, as_of=40)
    assert third["To our third level"].lines[2:4] == (
        "Tue 3 Mar, 10:30 to 18:00: 7 h 30 min, in all 7 h 30 min.",
        "Wed 4 Mar, 09:00 to 17:30: 8 h 30 min, in all 16 h.",
    )


def test_an_alarm_taken_back_is_still_told() -> None:
    """T7: a call at 10:20, written down at 10:50."""
    call = entry("responded", 20, recorded=50, facts={"backdated": "1"})
    made = proved(OPENED, call)["Our first answer"]
    assert made.verdict == "in time"
    assert made.lines[-1].startswith(
        "From Tue 3 Mar, 10:30 on it counted as missed; Tue 3 Mar, 10:50 we wrote"
    )


def test_a_change_of_severity_says_what_it_did_to_the_time() -> None:
    change = entry("severity_changed", 20, severity="critical")
    lines = proved(entry("opened", 0, severity="normal"), change)["Our first answer"].lines
    assert (
        "Tue 3 Mar, 10:20 it became critical: the time was until Tue 3 Mar, 14:00, and is until "
        "Tue 3 Mar, 10:50."
    ) in lines


def test_of_many_windows_the_last_and_the_missed_are_told() -> None:
    news = [entry("updated_customer", 60 * hour) for hour in (1, 2, 5, 6, 7, 8, 9)]
    made = proved(OPENED, entry("responded", 10), *news, as_of=541)
    assert [one for one in made if one.startswith("News")] == [f"News, number {n}" for n in (3, 5, 6, 7, 8)]
    assert made["News, number 3"].lines[-1] == "It happened Tue 3 Mar, 15:00, 1 h late."


@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_internal_is_said_to_a_customer(language: str) -> None:
    """No engine, no T number, no calendar's name; and every sentence is in the reader's language."""
    escalated = entry("escalated", 60, level=2, reason="wegen Luis")
    made = proved(OPENED, entry("responded", 10), escalated, entry("resolved", 100), language=language)
    text = " ".join(" ".join(one.lines) for one in made.values())
    assert "Luis" not in text and "engine" not in text and "Ana" not in text
    if language == "es":
        assert "Counted" not in text and "Promised" not in text and "happened" not in text
