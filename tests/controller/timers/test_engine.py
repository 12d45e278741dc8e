"""Due rows: acted on in order, once, never early, and never held up by one that fails."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.actor import ENGINE
from controller.storage import Storage, Unit
from controller.timers import Claim, Engine, Fenced
from controller.timers import store as timers
from controller.timers.actions import cancel, plan, take
from tests.support.clocks import NOON, JumpingClock


def recording(acted: list[tuple[str, datetime]]) -> Callable[[Unit, Claim], Awaitable[None]]:
    async def handler(unit: Unit, claim: Claim) -> None:
        await take(unit, claim)
        acted.append((claim.key, unit.now))

    return handler


async def plan_at(storage: Storage, key: str, due: datetime) -> None:
    async with storage.unit() as unit:
        await plan(unit, key, "test", uuid4(), due)


async def test_a_failing_timer_is_set_aside_and_blocks_nobody(storage: Storage, clock: JumpingClock) -> None:
    """It fails five times in some seconds and waits for a person; the others were acted on at once."""
    acted: list[str] = []

    async def handler(unit: Unit, claim: Claim) -> None:
        await take(unit, claim)
        if claim.key == "bad":
            raise ZeroDivisionError("a bug")
        acted.append(claim.key)

    async with storage.unit() as unit:
        for key in ("a", "bad", "c"):
            await plan(unit, key, "test", unit.chance.uuid(), unit.now)
    engine = Engine(storage, {"test": handler})
    turns = 0
    while (due := await engine.turn()) is not None:
        clock.set(due)
        turns += 1
        assert turns < 20
    assert acted == ["a", "c"]
    async with storage.reading() as connection:
        (aside,) = await timers.set_aside(connection)
    assert (aside.key, aside.last_error) == ("bad", "ZeroDivisionError: a bug")
    assert clock.now() - NOON == timedelta(seconds=15)


async def test_a_timer_is_acted_on_at_its_instant_and_not_before(
    storage: Storage, clock: JumpingClock
) -> None:
    """One microsecond before its due there is nothing to do."""
    acted: list[tuple[str, datetime]] = []
    engine = Engine(storage, {"test": recording(acted)})
    due = NOON + timedelta(hours=1)
    await plan_at(storage, "a", due)
    clock.set(due - timedelta(microseconds=1))
    assert await engine.turn() == due
    assert acted == []
    clock.set(due)
    assert await engine.turn() is None
    assert acted == [("a", due)]


async def test_planned_anew_the_old_claim_is_worth_nothing(storage: Storage, clock: JumpingClock) -> None:
    """Between the claim and the act somebody moved the deadline: the act fails, the new due stands."""
    await plan_at(storage, "a", NOON)
    async with storage.unit(ENGINE) as unit:
        (claim,) = await timers.claim(unit.connection, unit.now, unit.now + timedelta(minutes=1), 10, None)
    await plan_at(storage, "a", NOON + timedelta(hours=2))
    with pytest.raises(Fenced):
        async with storage.unit(ENGINE) as unit:
            await take(unit, claim)
    async with storage.reading() as connection:
        assert await timers.due_of(connection, "a") == NOON + timedelta(hours=2)


async def test_two_engines_never_act_on_the_same_timer(storage: Storage, clock: JumpingClock) -> None:
    """A hundred due timers, two engines at once, small batches: each is acted on once."""
    acted: list[tuple[str, datetime]] = []
    async with storage.unit() as unit:
        for number in range(100):
            await plan(unit, f"t{number:03}", "test", uuid4(), unit.now)
    engines = [Engine(storage, {"test": recording(acted)}, batch_size=7) for _ in range(2)]
    await asyncio.gather(*(engine.turn() for engine in engines))
    assert sorted(key for key, _ in acted) == [f"t{number:03}" for number in range(100)]


async def test_the_overdue_come_first(storage: Storage, clock: JumpingClock) -> None:
    """After a pause they are acted on in the order of their dues, across batches."""
    acted: list[tuple[str, datetime]] = []
    dues = {"c": 3, "a": 1, "d": 4, "b": 2}
    for key, minutes in dues.items():
        await plan_at(storage, key, NOON + timedelta(minutes=minutes))
    clock.set(NOON + timedelta(hours=1))
    await Engine(storage, {"test": recording(acted)}, batch_size=2).turn()
    assert [key for key, _ in acted] == ["a", "b", "c", "d"]


async def test_what_is_acted_on_alone_holds_the_database_for_no_longer_than_a_hundred(
    storage: Storage, clock: JumpingClock
) -> None:
    """Whoever writes gets in between, though all of them were claimed at once; the order stays."""
    acted: list[tuple[str, datetime]] = []
    units: dict[int, int] = {}
    note = recording(acted)

    async def handler(unit: Unit, claim: Claim) -> None:
        units[id(unit)] = units.get(id(unit), 0) + 1
        kept.append(unit)
        await note(unit, claim)

    kept: list[Unit] = []
    async with storage.unit() as unit:
        for number in range(230):
            await plan(unit, f"t{number:03}", "test", uuid4(), unit.now)
    await Engine(storage, {"test": handler}).turn()
    assert list(units.values()) == [100, 100, 30]
    assert [key for key, _ in acted] == [f"t{number:03}" for number in range(230)]


async def test_a_due_in_the_past_is_found_after_empty_polls(storage: Storage, clock: JumpingClock) -> None:
    """The claim has a floor; a timer planned with an old due must not lie below it for ever."""
    acted: list[tuple[str, datetime]] = []
    engine = Engine(storage, {"test": recording(acted)})
    assert await engine.turn() is None
    clock.set(NOON + timedelta(days=1))
    assert await engine.turn() is None
    await plan_at(storage, "old", NOON - timedelta(days=3))
    await engine.turn()
    assert [key for key, _ in acted] == ["old"]


Move = st.tuples(st.sampled_from("abc"), st.integers(0, 30), st.sampled_from(["plan", "cancel", "wait"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(Move, max_size=12))
async def test_whatever_is_planned_happens_once_and_never_early(
    storage: Storage, clock: JumpingClock, moves: list[tuple[str, int, str]]
) -> None:
    """Any mixture of planning, cancelling and waiting: what is acted on is the model's word."""
    acted: list[tuple[str, datetime]] = []
    engine = Engine(storage, {"test": recording(acted)})
    wanted: list[tuple[str, datetime]] = []
    due_of: dict[str, datetime] = {}

    async def wait(instant: datetime) -> None:
        while (due := await engine.turn()) is not None and due <= instant:
            clock.set(max(due, clock.now()))
        clock.set(instant)
        await engine.turn()
        for key, due in sorted(due_of.items(), key=lambda pair: (pair[1], pair[0])):
            if due <= instant:
                wanted.append((key, due))
                del due_of[key]

    for key, minutes, move in moves:
        if move == "plan":
            due_of[key] = clock.now() + timedelta(minutes=minutes)
            await plan_at(storage, key, due_of[key])
        elif move == "cancel":
            due_of.pop(key, None)
            async with storage.unit() as unit:
                await cancel(unit, key)
        else:
            await wait(clock.now() + timedelta(minutes=minutes))
    await wait(clock.now() + timedelta(hours=1))
    assert acted == wanted
