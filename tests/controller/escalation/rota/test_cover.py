"""Who covers a level: by rota, by override, by the old flag; and the gaps, known before they come."""

from datetime import datetime, timedelta

import pytest

from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.escalation.rota import actions, cover, store
from controller.escalation.rota.cover import Gap, Reason
from controller.escalation.rota.schedule_file import ScheduleInvalid
from controller.escalation.told import duty
from controller.people.actions import change_user
from tests.support.clocks import NOON
from tests.support.desk import Desk

# NOON is Monday 2 March 2026, 12:00 UTC.
WEEKS = """
[rota.weeks]
level = 1
zone = "UTC"
members = ["luis", "ana"]
starts = 2026-03-02
hand_over = "mon 09:00"
"""
OFFICE = """
[rota.office]
level = 2
zone = "UTC"
members = ["ana"]
starts = 2026-03-02
[rota.office.hours]
mon = [["08:00", "18:00"]]
tue = [["08:00", "18:00"]]
"""


async def set_schedule(desk: Desk, text: str) -> None:
    async with desk.storage.unit(desk.root.actor) as unit:
        await actions.set_schedule(unit, text)


async def told(desk: Desk, level: int, at: datetime) -> list[str]:
    async with desk.storage.reading() as connection:
        return [one.name for one in await duty.on_duty(connection, level, at)]


async def gaps(desk: Desk, days: int) -> tuple[Gap, ...]:
    async with desk.storage.reading() as connection:
        return await cover.gaps(connection, NOON, NOON + timedelta(days=days))


async def test_the_rota_says_who_is_told_and_the_flag_where_there_is_none(desk: Desk) -> None:
    """Level 1 by the week; level 3 has no rota, so Eva's flag holds; before the rota Luis's flag did."""
    await set_schedule(desk, WEEKS)
    assert await told(desk, 1, NOON) == ["Luis Paz"]
    assert await told(desk, 1, NOON + timedelta(days=7)) == ["Ana Ruiz"]
    assert await told(desk, 3, NOON) == ["Eva Sanz"]
    assert await told(desk, 1, NOON - timedelta(days=400)) == ["Luis Paz"]


async def test_a_gap_is_seen_ahead_and_tells_the_administrators_meanwhile(desk: Desk) -> None:
    """Office hours on two days: outside of them nobody is named, whatever the flags say."""
    await set_schedule(desk, OFFICE)
    assert await told(desk, 2, NOON + timedelta(hours=8)) == ["Raúl Mar"]
    evening, morning = NOON + timedelta(hours=6), NOON + timedelta(hours=20)
    assert await gaps(desk, 1) == (Gap(2, evening, morning, Reason.NO_TURN),)


async def test_a_member_who_left_is_a_gap_too(desk: Desk) -> None:
    """Ana becomes inactive: her week, and no other, is nobody's."""
    await set_schedule(desk, WEEKS)
    async with desk.storage.unit(desk.root.actor) as unit:
        await change_user(unit, desk.ana.id, active=False)
    start = NOON + timedelta(days=6, hours=21)
    assert await gaps(desk, 20) == (Gap(1, start, start + timedelta(days=7), Reason.INACTIVE, ("ana",)),)
    assert await told(desk, 1, start) == ["Raúl Mar"]


async def test_an_override_wins_and_can_be_taken_back(desk: Desk) -> None:
    """Eva takes Luis's Tuesday; an hour later she gives it back, and the hour stays hers."""
    await set_schedule(desk, WEEKS)
    async with desk.storage.unit(desk.ana.actor) as unit:
        made = await actions.override(unit, 1, "eva", NOON, NOON + timedelta(days=1), "médico")
    assert await told(desk, 1, NOON) == ["Eva Sanz"]
    desk.clock.set(NOON + timedelta(hours=1))
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.drop_override(unit, made.number)
    assert await told(desk, 1, NOON + timedelta(hours=2)) == ["Luis Paz"]
    assert await told(desk, 1, NOON) == ["Eva Sanz"]
    with pytest.raises(Conflict):
        async with desk.storage.unit(desk.luis.actor) as unit:
            await actions.drop_override(unit, made.number)
    with pytest.raises(NotFound):
        async with desk.storage.unit(desk.luis.actor) as unit:
            await actions.drop_override(unit, 999)


async def test_a_new_schedule_leaves_what_was(desk: Desk) -> None:
    """From Thursday on the order is another; until then, and in the past, the old one holds."""
    await set_schedule(desk, WEEKS)
    thursday = NOON + timedelta(days=3)
    await set_schedule(
        desk, f"effective_from = {thursday.isoformat()}\n" + WEEKS.replace('"luis", "ana"', '"eva"')
    )
    assert await told(desk, 1, thursday - timedelta(seconds=1)) == ["Luis Paz"]
    assert await told(desk, 1, thursday) == ["Eva Sanz"]
    async with desk.storage.reading() as connection:
        found = await cover.cover(connection, NOON, NOON + timedelta(days=7), (1,))
        assert len(await store.versions(connection)) == 3
    assert [(one.name, one.end) for one in found.watches][:2] == [
        ("Luis Paz", thursday),
        ("Eva Sanz", NOON + timedelta(days=6, hours=21)),
    ]


async def test_a_level_without_rota_and_flag_is_no_gap_of_a_rota(desk: Desk) -> None:
    """It is said apart: small teams have no third level, and no alarm about it."""
    async with desk.storage.unit(desk.root.actor) as unit:
        await change_user(unit, desk.eva.id, on_duty=False)
    assert await gaps(desk, 7) == ()
    async with desk.storage.reading() as connection:
        found = await cover.cover(connection, NOON, NOON + timedelta(days=7))
    assert [(gap.level, gap.reason) for gap in found.unmanned] == [(3, Reason.UNMANNED)]
    assert await told(desk, 3, NOON) == ["Raúl Mar"]


async def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    """Unknown people, time that has passed, ends before beginnings; and a rota is an administrator's."""
    with pytest.raises(ScheduleInvalid):
        await set_schedule(desk, WEEKS.replace("luis", "nobody"))
    for login, start, end in (
        ("nobody", NOON, NOON + timedelta(hours=1)),
        ("ana", NOON, NOON),
        ("ana", NOON - timedelta(hours=2), NOON - timedelta(hours=1)),
        ("ana", NOON, NOON + timedelta(days=200)),
    ):
        with pytest.raises(Invalid):
            async with desk.storage.unit(desk.ana.actor) as unit:
                await actions.override(unit, 1, login, start, end)
    with pytest.raises(Refused):
        async with desk.storage.unit(desk.ana.actor) as unit:
            await actions.set_schedule(unit, WEEKS)
