"""When silence is a fault (trust.md R6, R10), as a table of stories."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest

from controller.core.severity import Severity
from controller.detection.hours.week import stated
from controller.detection.silence import Standing, holds_judgement, is_silent, severity
from controller.fleet.machine import GoodbyeReason, MachineRole
from tests.support.clocks import NOON

SERVER, LAPTOP = MachineRole.SERVER, MachineRole.LAPTOP
ZONE = "America/Mexico_City"  # NOON in UTC, a Monday, is 06:00 there
OFFICE = stated({0, 1, 2, 3, 4}, time(9), time(18))
WORKING = NOON + timedelta(hours=5)


def standing(
    role: MachineRole = SERVER,
    quiet: timedelta = timedelta(minutes=3),
    goodbye: GoodbyeReason | None = None,
    returns: timedelta | None = None,
    now: datetime = WORKING,
) -> Standing:
    """A machine last heard `quiet` ago, whose goodbye came then and named its return after that."""
    heard_at = now - quiet
    return Standing(
        role,
        ZONE,
        heard_at,
        quiet.total_seconds(),
        goodbye,
        quiet.total_seconds() if goodbye else 0.0,
        returns.total_seconds() if returns else None,
    )


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


@pytest.mark.parametrize(
    ("story", "given", "silent"),
    [
        ("a server, 149 s", standing(quiet=timedelta(seconds=149)), False),
        ("a server, 150 s", standing(quiet=timedelta(seconds=150)), True),
        (
            "stopped by hand, for days",
            standing(quiet=timedelta(days=9), goodbye=GoodbyeReason.STOPPED),
            False,
        ),
        ("rebooting for 30 min", standing(quiet=minutes(30), goodbye=GoodbyeReason.REBOOT), False),
        ("rebooting for 31 min", standing(quiet=minutes(31), goodbye=GoodbyeReason.REBOOT), True),
        (
            "asked for an hour, 59 min ago",
            standing(quiet=minutes(59), goodbye=GoodbyeReason.SHUTDOWN, returns=minutes(60)),
            False,
        ),
        (
            "asked for an hour, 61 min ago",
            standing(quiet=minutes(61), goodbye=GoodbyeReason.SHUTDOWN, returns=minutes(60)),
            True,
        ),
        (
            "stopped by hand, to return in 10 min, 11 min ago",
            standing(quiet=minutes(11), goodbye=GoodbyeReason.STOPPED, returns=minutes(10)),
            True,
        ),
        ("a laptop, 14 min in the hours", standing(LAPTOP, minutes(14)), False),
        ("a laptop, 15 min in the hours", standing(LAPTOP, minutes(15)), True),
        ("a laptop that said goodbye", standing(LAPTOP, minutes(60), GoodbyeReason.SUSPEND), False),
        ("a laptop at home", standing(LAPTOP, minutes(15), now=WORKING + timedelta(hours=10)), False),
        ("a laptop left on Friday", standing(LAPTOP, timedelta(days=3)), False),
        ("a laptop on Sunday", standing(LAPTOP, minutes(20), now=WORKING - timedelta(days=1)), False),
    ],
)
def test_silence_is_a_fault_when(story: str, given: Standing, silent: bool) -> None:
    now = given.heard_at + timedelta(seconds=given.quiet_s)
    assert is_silent(given, now, OFFICE) is silent, story


def test_a_desktop_whose_hours_nobody_knows_is_not_judged() -> None:
    given = standing(MachineRole.DESKTOP, minutes(90))
    assert not is_silent(given, WORKING, None)


def test_what_a_neighbour_confirmed_needs_no_150_seconds() -> None:
    """But a minute, in which an agent whose line was cut for a moment is back."""
    for quiet_s, silent in ((59, False), (60, True)):
        given = replace(standing(quiet=timedelta(seconds=quiet_s)), confirmed=True)
        assert is_silent(given, WORKING, None) is silent


def test_nobody_is_woken_because_an_office_went_home() -> None:
    assert severity(SERVER) is Severity.CRITICAL
    assert severity(LAPTOP) is severity(MachineRole.DESKTOP) is Severity.HIGH


@pytest.mark.parametrize(
    ("well_for_s", "expected", "back", "holds"),
    [
        (119, 10, 10, True),
        (120, 10, 8, False),
        (120, 10, 7, True),
        (299, 10, 0, True),
        (300, 10, 0, False),
        (120, 0, 0, False),
    ],
)
def test_judgement_waits_for_most_agents_but_not_for_ever(
    well_for_s: float, expected: int, back: int, holds: bool
) -> None:
    assert holds_judgement(well_for_s, expected, back) is holds
