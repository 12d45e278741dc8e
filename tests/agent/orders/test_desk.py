"""An order is allowed, recorded, collected and sent once, whatever stops the agent in between."""

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from agent.audit import Audit
from agent.diagnostics.pull.asking import Collected, CollectingFailed
from agent.diagnostics.pull.request import Step
from agent.disk import OsDisk
from agent.link.uploads import Outcome, Parcel, Sent
from agent.orders.book import Book, Stage
from agent.orders.desk import Means, OrderDesk
from agent.policy import parse
from agent.wire import Ordered, OrderReport, OrderStage
from tests.support.agent_fakes import EPOCH, HandClock, SeededChance

ORDER = str(uuid4())


class WatchedClock(HandClock):
    """Remembers how long it was asked to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await super().sleep(seconds)


class Counter:
    """An agent's order desk with a collector and a sender of the test's making; `policy` is a file's text."""

    def __init__(self, data: Path) -> None:
        self.data, self.clock, self.policy = data, WatchedClock(), ""
        self.collected: list[str] = []
        self.sent: list[Parcel] = []
        self.answers: list[Sent] = []
        self.said: list[OrderReport] = []
        self.fails: CollectingFailed | None = None
        self.hangs = False

    def desk(self) -> OrderDesk:
        """As after a start."""
        means = Means(
            policy=lambda: parse(self.policy),
            audit=Audit(OsDisk(), self.data, self.clock),
            collect=self._collect,
            send=self._send,
            ahead_s=lambda: 0.0,
            about=dict,
            wake_link=lambda: None,
        )
        return OrderDesk(Book(OsDisk(), self.data), OsDisk(), self.clock, SeededChance(), means)

    async def _collect(
        self, profile: str, path: Path, about: Mapping[str, str], on_step: Callable[[Step], None]
    ) -> Collected:
        self.collected.append(profile)
        path.write_bytes(b"half")
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            path.unlink()
            raise self.fails
        on_step(Step(1, 2))
        path.write_bytes(b"a bundle")
        on_step(Step(2, 2))
        return Collected("ab" * 32, 8)

    async def _send(self, parcel: Parcel) -> Sent:
        assert parcel.path.read_bytes() == b"a bundle"
        self.sent.append(parcel)
        return self.answers.pop(0) if self.answers else Sent(Outcome.STORED, 8)

    async def work(self, desk: OrderDesk, *orders: Ordered, until: Callable[[], bool]) -> list[OrderReport]:
        """Lets it work until that holds; what it reported."""
        working = asyncio.create_task(desk.run())
        for one in orders:
            desk.hear(one)
        said: list[OrderReport] = []
        try:
            async with asyncio.timeout(10):
                while not until():
                    said += desk.reports()
                    await self.clock.advance(1.0)
                    await asyncio.sleep(0.005)
            for _ in range(10):  # what is written down is said a moment later
                await asyncio.sleep(0.005)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
        return said + desk.reports()

    def stage(self, order_id: str = ORDER) -> Stage | None:
        """As it is written down. Not by opening the book: that sweeps out what is half done."""
        path = self.data / "orders" / f"{order_id}.json"
        return Stage(json.loads(path.read_text())["stage"]) if path.exists() else None

    def record(self) -> list[str]:
        return [line.act for line in Audit(OsDisk(), self.data, self.clock).lines()]


@pytest.fixture
def counter(tmp_path: Path) -> Counter:
    return Counter(tmp_path)


def asked(order_id: str = ORDER, profile: str = "basic", hours: float = 24) -> Ordered:
    return Ordered(order_id, "INC-1", "ana", EPOCH + timedelta(hours=hours), profile)


async def test_recorded_before_it_is_done_and_swept_out_after(counter: Counter) -> None:
    said = await counter.work(counter.desk(), asked(), until=lambda: counter.stage() is Stage.SENT)
    assert counter.record() == ["pull.begun", "pull.sending", "pull.ended"]
    assert [report.stage for report in said][-1] is OrderStage.UPLOADING
    assert not list((counter.data / "orders").glob("*.zip"))


async def test_said_twice_it_is_done_once(counter: Counter) -> None:
    """Stated again on the next connection, while it is under way and while it waits."""
    counter.answers = [Sent(Outcome.CUT, 0, "gone")] * 3
    await counter.work(counter.desk(), asked(), asked(), asked(), until=lambda: counter.stage() is Stage.SENT)
    assert (len(counter.collected), len(counter.sent)) == (1, 4)


async def test_a_cut_line_costs_a_pause_that_grows_unless_it_came_further(counter: Counter) -> None:
    counter.answers = [Sent(Outcome.CUT, 0), Sent(Outcome.CUT, 0), Sent(Outcome.CUT, 4), Sent(Outcome.CUT, 4)]
    await counter.work(counter.desk(), asked(), until=lambda: counter.stage() is Stage.SENT)
    assert len(counter.sent) == 5
    first, second, third, fourth = counter.clock.pauses
    assert 0.5 <= first <= 1 <= second <= 2
    assert 0.5 <= third <= 1 <= fourth <= 2


async def test_what_was_collected_is_sent_after_a_restart_without_collecting_again(counter: Counter) -> None:
    counter.answers = [Sent(Outcome.CUT, 0)] * 50
    await counter.work(counter.desk(), asked(), until=lambda: len(counter.sent) == 2)
    assert counter.stage() is Stage.COLLECTED
    counter.answers = []
    after = counter.desk()
    await counter.work(after, until=lambda: True)
    assert len(counter.sent) == 2  # only what the controller still states is acted on
    await counter.work(after, asked(), until=lambda: counter.stage() is Stage.SENT)
    assert counter.collected == ["basic"]


async def test_stopped_while_collecting_it_begins_again_and_leaves_no_halves(counter: Counter) -> None:
    counter.hangs = True
    await counter.work(counter.desk(), asked(), until=lambda: bool(counter.collected))
    counter.hangs = False
    desk = counter.desk()
    assert not list((counter.data / "orders").glob("*.part"))
    await counter.work(desk, asked(), until=lambda: counter.stage() is Stage.SENT)
    assert counter.record().count("pull.begun") == 2


@pytest.mark.parametrize(
    ("policy", "reason"),
    [('L1 = "never"', "policy_never"), ('L1 = "ask"', "policy_ask"), ("L1 = 3", "policy_unreadable")],
)
async def test_the_owner_refuses_for_good(counter: Counter, policy: str, reason: str) -> None:
    """Nothing is read, the refusal is recorded, and said again as often as it is asked."""
    counter.policy = policy
    said = await counter.work(counter.desk(), asked(), until=lambda: counter.stage() is Stage.REFUSED)
    assert (said[-1].stage, said[-1].reason) == (OrderStage.REFUSED, reason)
    assert (counter.collected, counter.record()) == ([], ["pull.refused"])
    after = counter.desk()
    after.hear(asked())
    assert [report.reason for report in after.reports()] == [reason]


async def test_no_record_no_act(counter: Counter) -> None:
    (counter.data / "audit.log").mkdir()
    said = await counter.work(counter.desk(), asked(), until=lambda: counter.stage() is Stage.REFUSED)
    assert said[-1].reason == "audit_unwritable"
    assert counter.collected == []


@pytest.mark.parametrize(
    ("order", "reason"),
    [(asked(profile="everything"), "profile_unknown"), (asked(profile=""), "profile_unknown"),
     (asked(hours=-1), "expired")],
)  # fmt: skip
async def test_what_cannot_be_done_is_failed_by_name(counter: Counter, order: Ordered, reason: str) -> None:
    said = await counter.work(counter.desk(), order, until=lambda: counter.stage() is Stage.FAILED)
    assert said[-1].reason == reason
    assert counter.collected == []


async def test_a_collector_that_fails_says_why(counter: Counter) -> None:
    counter.fails = CollectingFailed("disk_full", "95 MiB free")
    said = await counter.work(counter.desk(), asked(), until=lambda: counter.stage() is Stage.FAILED)
    assert (said[-1].stage, said[-1].reason, said[-1].detail) == (
        OrderStage.FAILED, "disk_full", "95 MiB free",
    )  # fmt: skip


async def test_sending_ends_when_its_time_is_over_or_nobody_wants_it(counter: Counter) -> None:
    counter.answers = [Sent(Outcome.CUT, 0, "away")] * 10_000
    await counter.work(counter.desk(), asked(hours=0.01), until=lambda: counter.stage() is Stage.FAILED)
    other = str(uuid4())
    counter.answers = [Sent(Outcome.GONE, 0, "FAILED_PRECONDITION this order is expired")]
    await counter.work(counter.desk(), asked(other), until=lambda: counter.stage(other) is Stage.FAILED)
    assert not list((counter.data / "orders").glob("*.zip"))


async def test_an_id_that_is_none_never_becomes_a_path(counter: Counter) -> None:
    desk = counter.desk()
    desk.hear(asked("../../etc/passwd"))
    assert desk.reports() == []
    assert list((counter.data / "orders").iterdir()) == []
