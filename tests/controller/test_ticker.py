"""The loop that wakes by itself: on a due timer, on a wake-up, never for nothing, and whatever else hangs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import uuid4

from controller.core.errors import Unavailable
from controller.fleet.house import HOUSE
from controller.incidents import store as incidents
from controller.notify.actions import tell
from controller.notify.notice import Notice, Recipient
from controller.storage import Storage, Unit
from controller.ticker import Hook, Ticker
from controller.timers import Claim
from controller.timers.actions import plan, take
from tests.support.clocks import NOON, JumpingClock


@asynccontextmanager
async def running(ticker: Ticker) -> AsyncIterator[None]:
    task = asyncio.create_task(ticker.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def seen(happened: Callable[[], bool]) -> None:
    """Real input and output takes real moments; the test's clock stands still meanwhile."""
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.002)


async def plan_at(storage: Storage, key: str, due: datetime) -> None:
    async with storage.unit() as unit:
        await plan(unit, key, "test", uuid4(), due)


def recording(acted: list[str]) -> Callable[[Unit, Claim], Awaitable[None]]:
    async def handler(unit: Unit, claim: Claim) -> None:
        await take(unit, claim)
        acted.append(claim.key)

    return handler


async def test_it_sleeps_until_the_next_due_and_is_woken_for_a_sooner_one(
    storage: Storage, clock: JumpingClock
) -> None:
    """One in 20 s, a sooner one planned meanwhile, one that another process planned without a word."""
    acted: list[str] = []
    ticker = Ticker(storage, {}, clock, handlers={"test": recording(acted)})
    await plan_at(storage, "later", NOON + timedelta(seconds=20))
    async with running(ticker):
        await seen(lambda: clock.asleep() >= 3)
        await plan_at(storage, "sooner", NOON + timedelta(seconds=1))
        before = len(clock._sleepers)
        ticker.wake()
        await seen(lambda: len(clock._sleepers) > before)
        await clock.jump(timedelta(seconds=1))
        await seen(lambda: acted == ["sooner"])
        await clock.jump(timedelta(seconds=19))
        await seen(lambda: acted == ["sooner", "later"] and clock.asleep() == 3)
        await plan_at(storage, "unheard", NOON + timedelta(seconds=21))
        await clock.jump(timedelta(seconds=31))
        await seen(lambda: acted == ["sooner", "later", "unheard"])


class HangingChannel:
    def reaches(self, _notice: Notice) -> bool:
        return True

    async def send(self, notice: Notice) -> None:
        await asyncio.Event().wait()


async def test_what_hangs_or_fails_holds_up_no_timer(storage: Storage, clock: JumpingClock) -> None:
    """One hook hangs for ever, one raises, the mail server never answers: the timer acts all the same."""
    acted: list[str] = []
    failed: list[int] = []

    async def hanging() -> None:
        await asyncio.Event().wait()

    async def failing() -> datetime:
        failed.append(1)
        raise Unavailable("not now")

    hooks: tuple[Hook, ...] = (hanging, failing)
    ticker = Ticker(storage, {"mail": HangingChannel()}, clock, hooks, {"test": recording(acted)})
    await plan_at(storage, "a", NOON)
    async with storage.unit() as unit:
        facts = {"reference": "INC-1", "severity": "high", "level": "1"}
        await tell(unit, "k", Recipient("user:1", "Ana", "a@b.example", "en", "UTC"), "cleared", facts)
    async with running(ticker):
        await seen(lambda: acted == ["a"] and failed == [1])
        await plan_at(storage, "b", NOON + timedelta(seconds=5))
        ticker.wake()
        await seen(lambda: clock.asleep() >= 3)
        await clock.jump(timedelta(minutes=2))
        await seen(lambda: acted == ["a", "b"] and len(failed) > 1)


async def test_a_database_that_is_away_is_tried_again(storage: Storage, clock: JumpingClock) -> None:
    """The turn fails once; two seconds later the deadline is kept."""
    acted: list[str] = []
    ticker = Ticker(storage, {}, clock, handlers={"test": recording(acted)})
    await plan_at(storage, "a", NOON)
    reading, glancing = storage.reading, storage.glancing
    failures: list[int] = []

    def away() -> NoReturn:
        failures.append(1)
        raise Unavailable("the database went away")

    storage.reading = storage.glancing = away  # type: ignore[method-assign]
    async with running(ticker):
        await seen(lambda: len(failures) >= 3)
        storage.reading, storage.glancing = reading, glancing  # type: ignore[method-assign]
        await clock.jump(timedelta(seconds=2))
        await seen(lambda: acted == ["a"])


async def test_a_clock_that_was_set_forward_makes_nothing_come_early(
    storage: Storage, clock: JumpingClock
) -> None:
    """By an hour, and mended a minute later: the deadline acts at its own time, and an incident of our own
    tells of it."""
    acted: list[str] = []
    await plan_at(storage, "a", NOON + timedelta(minutes=30))
    ticker = Ticker(storage, {}, clock, handlers={"test": recording(acted)})
    steady = 0.0
    clock.monotonic = lambda: steady  # type: ignore[method-assign]
    for passed, shown in ((0, 0), (10, 3_610), (70, 70), (1_790, 1_790)):
        steady = float(passed)
        clock.set(NOON + timedelta(seconds=shown))
        await ticker.turn()
        assert acted == []
    steady = 1_800.0
    clock.set(NOON + timedelta(seconds=steady))
    await ticker.turn()
    assert acted == ["a"]
    async with storage.reading() as connection:
        (alarm,) = await incidents.queue(connection, customer_id=HOUSE)
    assert alarm.rule == "vigia.clock_jumped"
