"""An office of desktops and laptops: whatever people do with them, nobody is called; a real death is seen.

A turn of the lookout each minute, or each five at night, is no absence here: two weeks pass in minutes.
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.core.chance import SeededChance
from controller.detection import lookout
from tests.simulation.office import ZONE, Habits, Office, at
from tests.support.clocks import JumpingClock
from tests.support.stores import fresh_storage

MONDAY = date(2026, 3, 2)
HERE = ZoneInfo(ZONE)


@pytest.fixture
async def office(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Office]:
    """Of as many machines as the test asks for."""
    monkeypatch.setattr(lookout, "_ABSENT_S", 600.0)
    clock = JumpingClock(at(MONDAY, 0))
    async with fresh_storage("sqlite", tmp_path, clock, SeededChance(20260302)) as storage:
        made = Office(storage, clock, request.param, seed=20260302)
        await made.open(MONDAY)
        yield made
        await made.lookout.stop()


def judged(office: Office, days: int, dead: list[tuple[Habits, date, int]]) -> None:
    """Every death was told within 17 minutes, as high; nothing else was."""
    deaths = {(one.name, day): at(day, minutes) for one, day, minutes in dead}
    raised = office.raised()
    true = [one for one in raised if (one[0], one[1].astimezone(HERE).date()) in deaths]
    false = [one for one in raised if one not in true]
    told = ", ".join(f"{count} {what}" for what, count in sorted(office.happened.items()))
    print(f"machine-days: {len(office.people) * days}; {told}; false: {len(false)}, true: {len(true)}")
    assert false == []
    assert sorted(name for name, *_ in true) == sorted(one.name for one, *_ in dead)
    for name, told_at, severity in true:
        died_at = deaths[name, told_at.astimezone(HERE).date()]
        assert timedelta(minutes=14) <= told_at - died_at <= timedelta(minutes=17)
        assert severity == "high"


@pytest.mark.parametrize("office", [8], indirect=True)
async def test_a_day_of_a_small_office(office: Office) -> None:
    desktop, laptop = office.people[0], office.people[1]
    dead = [(desktop, MONDAY, 11 * 60), (laptop, MONDAY, 16 * 60 + 10)]
    office.killed = {(one.name, day): minutes for one, day, minutes in dead}
    await office.live(MONDAY, until=18 * 60)
    judged(office, 1, dead)


@pytest.mark.faults
@pytest.mark.parametrize("office", [40], indirect=True)
async def test_fourteen_days_of_an_office_of_forty(office: Office) -> None:
    """Thursday of the second week is a holiday, and on Friday all go home at 16:00; two die within their
    hours, and are switched on next day."""
    desktop, laptop = office.people[0], office.people[1]
    dead = [
        (desktop, MONDAY + timedelta(days=2), 11 * 60),
        (laptop, MONDAY + timedelta(days=8), 16 * 60 + 10),
    ]
    office.killed = {(one.name, day): minutes for one, day, minutes in dead}
    office.closes = {MONDAY + timedelta(days=11): 16 * 60}
    for number in range(14):
        await office.live(MONDAY + timedelta(days=number), holiday=number == 10)
    judged(office, 14, dead)
    assert office.cleared() == 2
