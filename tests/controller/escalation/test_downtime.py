"""The controller was away. When it is back each overdue step happens once, in order, and says it is late."""

import asyncio
from datetime import timedelta

import pytest

from controller.core.actor import ENGINE
from controller.escalation.acting import act_on_timer
from controller.escalation.actions import audit, timer_key
from controller.incidents import store as incidents
from controller.people.actions import change_user
from controller.timers import Fenced
from controller.timers import store as timers
from controller.timers.actions import cancel
from tests.support.clocks import NOON
from tests.support.desk import Desk, another_ticker


async def test_overdue_steps_act_once_in_order_marked_late(desk: Desk) -> None:
    """Away from the opening until ten hours later: each breach once, both climbs."""
    case = await desk.raised(await desk.finding())
    await desk.ticker.turn()
    back = NOON + timedelta(hours=10)
    desk.clock.set(back)
    await another_ticker(desk.storage, desk.clock, desk.mailbox).turn()
    assert await desk.kinds(case.id) == [
        "opened",
        "breached",
        "escalated",
        "breached",
        "escalated",
        "breached",
    ]
    async with desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
    steps = [e for e in entries if e.kind.value in ("breached", "escalated")]
    assert [(e.kind.value, e.facts["clock"], e.at) for e in steps] == [
        ("breached", "first_response", NOON + timedelta(minutes=30)),
        ("escalated", "escalate_l2", back),
        ("breached", "escalate_l2", NOON + timedelta(minutes=270)),
        ("escalated", "escalate_l3", back),
        ("breached", "escalate_l3", NOON + timedelta(minutes=510)),
    ]
    assert all(entry.facts["controller_late"] == "1" for entry in steps)
    late = str(desk.mailbox.to("ana@vigia.example")[0].get_content())
    assert "Due 2 Mar 2026, 16:30:00 UTC, acted 2 Mar 2026, 22:00:00 UTC: the controller was late." in late

    before = len(desk.mailbox.mails)
    await another_ticker(desk.storage, desk.clock, desk.mailbox).turn()
    await desk.until(back + timedelta(days=2))
    assert len(desk.mailbox.mails) == before, "no restart tells anybody twice"


async def test_within_a_minute_the_engine_is_in_time(desk: Desk) -> None:
    """T4a: committed 59 s after its due, a climb is written at its due; 61 s after, it is late."""
    case = await desk.raised(await desk.finding())
    await desk.until(NOON + timedelta(minutes=269))
    desk.clock.set(NOON + timedelta(minutes=270, seconds=59))
    await desk.ticker.turn()
    desk.clock.set(NOON + timedelta(minutes=510, seconds=61))
    await desk.ticker.turn()
    async with desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
    climbs = [e for e in entries if e.kind.value == "escalated"]
    assert [(e.at, "controller_late" in e.facts) for e in climbs] == [
        (NOON + timedelta(minutes=270), False),
        (NOON + timedelta(minutes=510, seconds=61), True),
    ]
    missed = [e.facts["clock"] for e in entries if e.kind.value == "breached"]
    assert missed == ["first_response", "escalate_l3"]


async def test_two_controllers_share_the_work(desk: Desk) -> None:
    """Two engines turn at the same time over many incidents: every step once, every mail once."""
    cases = [await desk.raised(await desk.finding(object_name=f"tienda-{n}")) for n in range(6)]
    both = [another_ticker(desk.storage, desk.clock, desk.mailbox) for _ in range(2)]
    for hours in (1, 6, 10):
        desk.clock.set(NOON + timedelta(hours=hours))
        await asyncio.gather(*(ticker.turn() for ticker in both))
        desk.clock.set(NOON + timedelta(hours=hours, minutes=2))
        await asyncio.gather(*(ticker.turn() for ticker in both))
    for case in cases:
        kinds = await desk.kinds(case.id)
        assert kinds.count("escalated") == 2
        assert kinds.count("breached") == 3
    keys = [str(mail["Message-ID"]) for mail in desk.mailbox.mails]
    assert len(keys) == len(set(keys))


async def test_a_process_that_wakes_late_cannot_write(desk: Desk) -> None:
    """It claimed, was stopped, and another took over after the lease: its claim is fenced off."""
    case = await desk.raised(await desk.finding())
    desk.clock.set(NOON + timedelta(minutes=31))
    async with desk.storage.unit(ENGINE) as unit:
        (stale,) = await timers.claim(unit.connection, unit.now, unit.now + timedelta(seconds=60), 10, None)
    await desk.ticker.turn()
    assert (await desk.kinds(case.id)) == ["opened"], "leased: nobody else acts on it yet"
    desk.clock.set(NOON + timedelta(minutes=33))
    await desk.ticker.turn()
    assert (await desk.kinds(case.id)) == ["opened", "breached"]

    with pytest.raises(Fenced):
        async with desk.storage.unit(ENGINE) as unit:
            await act_on_timer(unit, stale)
    assert (await desk.kinds(case.id)) == ["opened", "breached"]


async def test_the_auditor_rebuilds_a_timer_that_is_missing(desk: Desk) -> None:
    """The row is an index: dropped, it is derived from the open incident again, and said in the log."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(ENGINE) as unit:
        assert await cancel(unit, timer_key(case.id))
    assert await audit(desk.storage) == 1
    assert await audit(desk.storage) == 0
    async with desk.storage.reading() as connection:
        assert await timers.due_of(connection, timer_key(case.id)) == NOON + timedelta(minutes=15)


async def test_nobody_on_duty_tells_the_administrators(desk: Desk) -> None:
    """An incident never climbs into the void."""
    async with desk.storage.unit() as unit:
        await change_user(unit, desk.luis.id, on_duty=False)
    await desk.raised(await desk.finding())
    await desk.ticker.turn()
    assert desk.mailbox.subjects("root@vigia.example") == [
        "[INC-1] crítica: tienda no responde (Panadería Sol)"
    ]
    assert desk.mailbox.subjects("luis@vigia.example") == []
