"""A schedule in TOML: what it means, and every fault at once by key path and line."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from controller.escalation.rota.rota import ACKNOWLEDGE
from controller.escalation.rota.schedule_file import ScheduleInvalid, read_schedule

PLAIN = """
[rota.days]
level = 1
zone = "America/Mexico_City"
members = ["ana", "luis"]
starts = 2026-11-26
hand_over = "mon 09:00"
"""


def test_the_first_turn_begins_on_the_hand_over_s_weekday() -> None:
    """Starts on a Thursday, hands over on Mondays: Ana's first day is Monday 30 November."""
    [rota] = read_schedule(PLAIN, {"ana", "luis"}).rotas
    assert (rota.first, rota.hand_over, rota.every_days) == (date(2026, 11, 30), time(9), 7)
    assert read_schedule(PLAIN).acknowledge == ACKNOWLEDGE


def test_hours_and_acknowledgement() -> None:
    """Nights over midnight; high waits half an hour, critical asks nobody."""
    text = PLAIN.replace('"mon 09:00"', '"09:00"\nevery_days = 3') + (
        '[rota.days.hours]\nfri = [["22:00", "07:00"]]\n[acknowledge]\nhigh = "30m"\ncritical = "never"\n'
    )
    schedule = read_schedule(text)
    hours = schedule.rotas[0].hours
    assert hours is not None
    assert hours.weekly[4] == ((1320, 1860),)
    assert schedule.acknowledge == {"critical": None, "high": timedelta(minutes=30), "normal": None}


def test_every_fault_is_said_at_once() -> None:
    """Each by its key path and line."""
    text = """effective_from = 2026-01-01T00:00:00Z
[rota.days]
level = 4
zone = "Mars/Olympus"
members = ["ana", "nobody"]
every_days = 3
hand_over = "mon 09:00"
colour = "red"
[rota.days.hours]
[acknowledge]
critical = "5s"
"""
    with pytest.raises(ScheduleInvalid) as refused:
        read_schedule(text, {"ana"}, datetime(2026, 3, 2, tzinfo=UTC))
    found = {(fault.path, fault.line, fault.kind) for fault in refused.value.faults}
    assert found == {
        ("effective_from", 1, "past"),
        ("rota.days.colour", 8, "unknown_key"),
        ("rota.days.level", 3, "not_allowed"),
        ("rota.days.zone", 4, "unknown_zone"),
        ("rota.days.members[1]", 5, "not_allowed"),
        ("rota.days.starts", 2, "missing"),
        ("rota.days.hand_over", 7, "not_allowed"),
        ("rota.days.hours", 9, "never_opens"),
        ("acknowledge.critical", 11, "not_allowed"),
    }


@pytest.mark.parametrize("text", ["[rota", "rota = 3", "x" * 70_000, '[rota.a]\nmembers = "ana"', "a = [[[["])
def test_what_is_no_schedule_is_refused(text: str) -> None:
    """Not TOML, another shape, too long."""
    with pytest.raises(ScheduleInvalid):
        read_schedule(text)
