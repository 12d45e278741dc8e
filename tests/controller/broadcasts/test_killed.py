"""Killed, doubled or faulty: each customer is told exactly once all the same."""

import asyncio
from datetime import timedelta

import pytest

from controller import timers
from controller.broadcasts import actions as broadcasts
from controller.incidents.timeline import EntryKind
from controller.storage import Unit
from controller.ticker import HANDLERS
from tests.support.broadcasts import approved, how, sent, solutions_to, statuses
from tests.support.desk import Desk, another_ticker
from tests.support.sufferers import problem_of, sufferer


class Killed(BaseException):
    """Ends the process in the middle of what it does: nothing catches it."""


@pytest.mark.parametrize("survivors", [0, 1, 3])
async def test_killed_in_the_middle_everyone_is_told_exactly_once(desk: Desk, survivors: int) -> None:
    """Seven customers, two in each transaction; the process dies over one of them; another goes on."""
    everyone = [await sufferer(desk, f"C{number}") for number in range(7)]
    problem = await problem_of(desk, *everyone)
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    dispatch, told = desk.storage.dispatcher, 0

    async def dying(unit: Unit, happened: object) -> None:
        nonlocal told
        entry = getattr(happened, "entry", None)
        if entry is not None and entry.kind is EntryKind.UPDATED_CUSTOMER:
            if told == survivors:
                raise Killed
            told += 1
        await dispatch(unit, happened)  # type: ignore[arg-type]

    desk.storage.dispatcher = dying
    with pytest.raises(Killed):
        await timers.Engine(desk.storage, HANDLERS, batch_size=2).turn()
    desk.storage.dispatcher = dispatch
    assert (await how(desk, problem)).told == survivors // 2 * 2
    desk.clock.set(desk.clock.now() + timedelta(minutes=1))
    reborn = another_ticker(desk.storage, desk.clock, desk.mailbox)
    await reborn.turn()
    await reborn.turn()
    assert [len(solutions_to(desk, one)) for one in everyone] == [1] * 7
    for one in everyone:
        assert (await desk.kinds(one.case.id)).count("updated_customer") == 1
    assert (await how(desk, problem)).is_done


async def test_two_controllers_at_once_tell_everyone_once(desk: Desk) -> None:
    """Twelve customers, two tickers that act in the same moment: one message and one update each."""
    everyone = [await sufferer(desk, f"C{number}") for number in range(12)]
    problem = await problem_of(desk, *everyone)
    await approved(desk, problem)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    desk.clock.set(desk.clock.now() + timedelta(seconds=1))
    others = [timers.Engine(desk.storage, HANDLERS, batch_size=2) for _ in range(2)]
    await asyncio.gather(*(engine.turn() for engine in others))
    await desk.until(desk.clock.now() + timedelta(minutes=1))
    assert [len(solutions_to(desk, one)) for one in everyone] == [1] * 12
    for one in everyone:
        assert (await desk.kinds(one.case.id)).count("updated_customer") == 1


async def test_one_customer_who_cannot_be_told_holds_up_nobody(desk: Desk) -> None:
    """Telling Dos fails five times: the others have it, Dos is shown as stuck, and is tried again by hand."""
    uno, dos, tres = [await sufferer(desk, name) for name in ("Uno", "Dos", "Tres")]
    problem = await problem_of(desk, uno, dos, tres)
    dispatch = desk.storage.dispatcher

    async def faulty(unit: Unit, happened: object) -> None:
        entry = getattr(happened, "entry", None)
        if entry is not None and entry.incident_id == dos.case.id and entry.channel == "broadcast":
            raise RuntimeError("a row that cannot be written")
        await dispatch(unit, happened)  # type: ignore[arg-type]

    desk.storage.dispatcher = faulty
    await sent(desk, problem)
    await desk.until(desk.clock.now() + timedelta(minutes=2))
    assert [len(solutions_to(desk, one)) for one in (uno, dos, tres)] == [1, 0, 1]
    assert await statuses(desk, problem) == [("Dos", "stuck"), ("Tres", "told"), ("Uno", "told")]
    desk.storage.dispatcher = dispatch
    async with desk.storage.unit(desk.luis.actor) as unit:
        await broadcasts.send(unit, problem.id)
    await desk.ticker.turn()
    assert [len(solutions_to(desk, one)) for one in (uno, dos, tres)] == [1, 1, 1]
