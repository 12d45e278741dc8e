"""Somebody is told at ten past three and sleeps on: the next is told, then the rest, then those above."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from controller.core.actor import ENGINE
from controller.core.errors import Conflict
from controller.core.severity import Severity
from controller.escalation.acknowledgement import store
from controller.escalation.acknowledgement.actions import acknowledge, audit, timer_key
from controller.escalation.acknowledgement.round import About, Ended, Round, Step
from controller.escalation.reaction import reactions
from controller.escalation.rota.actions import set_schedule
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.timeline import EntryKind
from controller.people.actions import add_user
from controller.sla import ledger
from controller.timers import store as timers
from controller.timers.actions import cancel
from tests.support.clocks import NOON
from tests.support.desk import Desk, another_ticker

MINUTE = timedelta(minutes=1)
ROTA = """
[rota.weeks]
level = 1
zone = "UTC"
members = ["luis", "pia", "leo", "max"]
starts = 2026-03-02
"""


async def rota_of_four(desk: Desk, more: str = "") -> None:
    async with desk.storage.unit(desk.root.actor) as unit:
        for login in ("pia", "leo", "max"):
            await add_user(unit, login, login.title(), f"{login}@vigia.example")
        await set_schedule(unit, ROTA + more)


async def rounds(desk: Desk, case: UUID) -> tuple[Round, ...]:
    async with desk.storage.reading() as connection:
        return await store.rounds(connection, case)


def heard(desk: Desk) -> list[str]:
    """Who got which mail, in order of sending; without the customer's receipts."""
    mails = desk.mailbox.mails
    asking = [one for one in mails if "confirmado" in one["Subject"] or "acknowledged" in one["Subject"]]
    return [str(mail["To"]).split("<")[1].split("@")[0] for mail in asking]


async def test_the_next_then_the_rest_then_those_above_each_once(desk: Desk) -> None:
    """Critical: every five minutes, until nobody is left; a restart in between tells nobody again."""
    await rota_of_four(desk)
    case = await desk.raised(await desk.finding())
    await desk.ticker.turn()
    [first] = desk.mailbox.to("luis@vigia.example")
    assert "Confirme que la atiende antes de 2 mar 2026, 12:05:00 UTC" in str(first.get_content())
    await desk.until(NOON + 4 * MINUTE)
    assert heard(desk) == []
    await desk.until(NOON + 5 * MINUTE)
    assert heard(desk) == ["pia"]
    await another_ticker(desk.storage, desk.clock, desk.mailbox).turn()
    await desk.until(NOON + 10 * MINUTE)
    assert heard(desk) == ["pia", "leo", "max"]
    await desk.until(NOON + 14 * MINUTE)
    assert heard(desk)[3:] == []
    await desk.until(NOON + 15 * MINUTE)
    assert sorted(heard(desk)[3:]) == ["ana", "root"]
    await desk.until(NOON + 23 * MINUTE)
    assert len(heard(desk)) == 5
    [asked] = await rounds(desk, case.id)
    assert (asked.about, asked.step, asked.due, asked.ended_at) == (About.OPENED, Step.HIGHER, None, None)
    async with desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
    steps = [entry for entry in entries if entry.kind is EntryKind.UNACKNOWLEDGED]
    assert [(entry.facts["step"], entry.facts["told"], entry.at - NOON) for entry in steps] == [
        ("next", "Pia", 5 * MINUTE),
        ("rest", "Leo, Max", 10 * MINUTE),
        ("higher", "Ana Ruiz, Raúl Mar", 15 * MINUTE),
    ]


async def test_an_acknowledgement_ends_it_and_moves_no_clock(desk: Desk) -> None:
    """Pia says so after seven minutes: nobody else is told, and the first response is due as before."""
    await rota_of_four(desk)
    case = await desk.raised(await desk.finding())
    await desk.until(NOON + 7 * MINUTE)
    async with desk.storage.reading() as connection:
        before = await ledger.next_due(connection, case, desk.clock.now())
    async with desk.storage.unit(desk.luis.actor) as unit:
        await acknowledge(unit, case.id)
    await desk.until(NOON + 14 * MINUTE)
    assert heard(desk) == ["pia"]
    async with desk.storage.reading() as connection:
        assert await ledger.next_due(connection, case, desk.clock.now()) == before
        found = reactions(await incidents.timeline(connection, case.id), desk.clock.now())
    [asked] = await rounds(desk, case.id)
    assert (asked.ended, asked.ended_by, asked.ended_at) == (
        Ended.ACKNOWLEDGED, "Luis Paz", NOON + 7 * MINUTE,
    )  # fmt: skip
    [level_1] = found
    assert level_1.act is not None
    assert (level_1.level, level_1.act.kind, level_1.took) == (1, EntryKind.ACKNOWLEDGED, 7 * MINUTE)
    assert [names for _, names in level_1.told] == ["Luis Paz", "Pia"]
    with pytest.raises(Conflict):
        async with desk.storage.unit(desk.luis.actor) as unit:
            await acknowledge(unit, case.id)


@pytest.mark.parametrize(
    ("act", "how"), [("take", Ended.TAKEN), ("answer", Ended.ANSWERED), ("resolve", Ended.SETTLED)]
)
async def test_doing_something_counts(desk: Desk, act: str, how: Ended) -> None:
    """Whoever takes it, or answers the customer, has heard it. Giving it to a colleague is neither."""
    case = await desk.raised(await desk.finding())
    await desk.until(NOON + MINUTE)
    async with desk.storage.unit(desk.ana.actor) as unit:
        await actions.assign(unit, case.id, desk.luis.id)
        await actions.note(unit, case.id, "mirando")
    assert (await rounds(desk, case.id))[0].ended is None
    async with desk.storage.unit(desk.ana.actor) as unit:
        if act == "take":
            await actions.assign(unit, case.id, desk.ana.id)
        elif act == "answer":
            await actions.respond(unit, case.id, "hola")
        else:
            await actions.resolve(unit, case.id, "hecho")
    assert (await rounds(desk, case.id))[0].ended is how
    async with desk.storage.reading() as connection:
        assert await timers.due_of(connection, timer_key(case.id)) is None


async def test_severities_wait_as_the_schedule_says(desk: Desk) -> None:
    """Normal asks nobody; high here after ten minutes; a severity lowered to normal stops asking."""
    await rota_of_four(desk, '[acknowledge]\nhigh = "10m"\n')
    normal = await desk.raised(await desk.finding("disk.health", "a", severity=Severity.NORMAL))
    high = await desk.raised(await desk.finding("disk.health", "b", severity=Severity.HIGH))
    assert await rounds(desk, normal.id) == ()
    [asked] = await rounds(desk, high.id)
    assert asked.due == NOON + 10 * MINUTE
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.change_severity(unit, high.id, Severity.NORMAL, "no es para tanto")
    assert (await rounds(desk, high.id))[0].ended is Ended.SETTLED


async def test_each_level_is_asked_anew_and_the_last_warning_too(desk: Desk) -> None:
    """Nobody does anything all day: the opening, the last warnings and both climbs ask, one at a time."""
    case = await desk.raised(await desk.finding())
    await desk.until(NOON + timedelta(hours=9))
    found = await rounds(desk, case.id)
    climbs = [one for one in found if one.about is About.ESCALATED]
    assert [(one.level, one.asked_at - NOON) for one in climbs] == [(2, 270 * MINUTE), (3, 510 * MINUTE)]
    assert found[0].about is About.OPENED
    assert [one for one in found if one.ended_at is None] == [found[-1]]
    async with desk.storage.reading() as connection:
        told = reactions(await incidents.timeline(connection, case.id), desk.clock.now())
    assert [(one.level, one.act) for one in told] == [(1, None), (2, None), (3, None)]


async def test_after_a_time_away_one_step_is_made_and_marked_late(desk: Desk) -> None:
    """Twelve minutes without a controller: the next is told once, the rest five minutes later."""
    await rota_of_four(desk)
    case = await desk.raised(await desk.finding())
    await desk.ticker.turn()
    desk.clock.set(NOON + 12 * MINUTE)
    await another_ticker(desk.storage, desk.clock, desk.mailbox).turn()
    assert heard(desk) == ["pia"]
    async with desk.storage.reading() as connection:
        entries = await incidents.timeline(connection, case.id)
    [step] = [entry for entry in entries if entry.kind is EntryKind.UNACKNOWLEDGED]
    assert step.facts["controller_late"] == "1"
    [asked] = await rounds(desk, case.id)
    assert asked.due == NOON + 17 * MINUTE


async def test_the_auditor_rebuilds_a_timer_that_is_missing(desk: Desk) -> None:
    """The row is an index of the open round."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(ENGINE) as unit:
        assert await cancel(unit, timer_key(case.id))
    assert await audit(desk.storage) == 1
    assert await audit(desk.storage) == 0
    async with desk.storage.reading() as connection:
        assert await timers.due_of(connection, timer_key(case.id)) == NOON + 5 * MINUTE


async def test_two_controllers_tell_the_next_once(desk: Desk) -> None:
    """Both wake at the same time; one of them acts."""
    await rota_of_four(desk)
    case = await desk.raised(await desk.finding())
    desk.clock.set(NOON + 5 * MINUTE)
    both = [another_ticker(desk.storage, desk.clock, desk.mailbox) for _ in range(2)]
    await asyncio.gather(*(ticker.turn() for ticker in both))
    await asyncio.gather(*(ticker.turn() for ticker in both))
    assert heard(desk) == ["pia"]
    [asked] = await rounds(desk, case.id)
    assert [one.name for one in asked.told] == ["Luis Paz", "Pia"]
