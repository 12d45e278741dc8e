"""From reading to spool: findings durable and in order, state after them, evidence beside."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.errors import OutOfTime
from agent.health import Health
from agent.layouts import LayoutBook
from agent.reporting import (
    EVIDENCE_AGAIN_S,
    EVIDENCE_PER_HOUR,
    EVIDENCE_PER_OBJECT,
    EVIDENCE_TRIES,
    Reporter,
)
from agent.signals import Finding, FindingState, Metric, Reading, Severity
from agent.spool import Kind, Lane, Spool
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.agent_fakes import EPOCH, HandClock, SeededChance
from tests.support.forgetful_disk import ForgetfulDisk

JUDGE = Path("/data/judge.json")


def reading(name: str = "watch:shop") -> Reading:
    return Reading(name, EPOCH, 0.0, (Metric("vigia.watch.up", 0.0, "1"),))


class CountingJudge:
    """Raises one finding with each reading, unless it is told to break."""

    def __init__(self) -> None:
        self.count = 0
        self.broken = False

    def judge(self, reading: Reading, now: datetime) -> list[Finding]:
        if self.broken:
            raise ZeroDivisionError
        self.count += 1
        name, about = f"id-{self.count}", reading.collector.removeprefix("watch:")
        return [Finding(name, "watch.down", about, FindingState.RAISED, Severity.CRITICAL, now, now)]

    def open_conditions(self) -> tuple[Finding, ...]:
        return ()

    def dump(self) -> dict[str, Any]:
        return {"count": self.count}


class Bench:
    """A reporter on a forgetful disk."""

    def __init__(self, take_evidence: Callable[..., Awaitable[bytes | None]] | None = None) -> None:
        self.disk, self.clock, self.judge = ForgetfulDisk(), HandClock(), CountingJudge()
        self.spool = Spool.open(self.disk, Path("/data/spool"), self.clock, SeededChance())
        layouts = LayoutBook(self.disk, Path("/data/layouts"))
        layouts.load()
        self.woken = 0
        self.reporter = Reporter(
            self.judge, Health(layouts), self.spool, self.disk, JUDGE, self.clock, self.wake,
            take_evidence or self.no_evidence,
        )  # fmt: skip

    def wake(self) -> None:
        self.woken += 1

    async def no_evidence(self, finding: Finding, before: tuple[Reading, ...]) -> bytes | None:
        return None

    def held(self) -> list[tuple[Kind, pb.Spooled]]:
        return [
            (record.kind, pb.Spooled.FromString(record.payload))
            for record in self.spool.read(Lane.FAULTS, 1, max_records=1_000)
        ]


async def test_findings_are_durable_in_order_and_the_link_is_woken() -> None:
    bench = Bench()
    for _ in range(3):
        bench.reporter.take(reading())
    assert await bench.reporter.flush()
    bench.disk.crash(lambda _: 0)
    assert [message.finding.finding_id for _, message in bench.held()] == ["id-1", "id-2", "id-3"]
    assert json.loads(bench.disk.read(JUDGE)) == {"count": 3}
    assert bench.woken == 3


async def test_the_state_on_disk_never_knows_of_a_finding_the_spool_lacks() -> None:
    """Else a crash in between would lose it: the judge would think it had been said."""
    bench = Bench()
    bench.reporter.take(reading())
    bench.reporter.take(reading())
    await bench.reporter.flush()
    bench.reporter.take(reading())
    assert json.loads(bench.disk.read(JUDGE)) == {"count": 2}
    await bench.reporter.remember()
    assert json.loads(bench.disk.read(JUDGE)) == {"count": 2}, "not while a finding waits"


async def test_a_disk_that_fails_for_a_while_loses_no_finding() -> None:
    bench = Bench()
    bench.disk.unlink(Path("/data/spool/reserve"))
    bench.disk.capacity_bytes = 0
    bench.reporter.take(reading())
    assert not await bench.reporter.flush()
    bench.disk.capacity_bytes = None
    task = asyncio.create_task(bench.reporter.run())
    await bench.clock.advance(6)
    for _ in range(100):
        if bench.held():
            break
        await asyncio.sleep(0.01)
    task.cancel()
    assert [message.finding.finding_id for _, message in bench.held()] == ["id-1"]


async def test_a_rule_that_fails_costs_its_reading_and_nothing_else() -> None:
    bench = Bench()
    bench.judge.broken = True
    bench.reporter.take(reading())
    bench.judge.broken = False
    bench.reporter.take(reading())
    await bench.reporter.flush()
    await bench.reporter.measure()
    assert len(bench.held()) == 1
    assert bench.spool.last(Lane.METRICS) == 1


async def test_evidence_is_taken_once_for_a_finding_and_not_in_a_storm() -> None:
    taken: list[str] = []

    async def take(finding: Finding, before: tuple[Reading, ...]) -> bytes | None:
        taken.append(finding.finding_id)
        if len(taken) == 1:
            raise OSError("no child today")
        return b"zip"

    bench = Bench(take)
    task = asyncio.create_task(bench.reporter.gather_evidence())
    for number in range(EVIDENCE_PER_HOUR + 5):
        bench.reporter.take(reading(f"watch:shop-{number}"))
        await bench.reporter.flush()
        await asyncio.sleep(0.005)
    for _ in range(200):
        if len(taken) == EVIDENCE_PER_HOUR:
            break
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.02)
    task.cancel()
    assert len(taken) == EVIDENCE_PER_HOUR
    bundles = [message.evidence for kind, message in bench.held() if kind is Kind.EVIDENCE]
    assert {bundle.finding_id for bundle in bundles} == set(taken[1:])
    assert bundles[0].bundle == b"zip"


async def test_what_comes_and_goes_does_not_take_the_evidence_of_the_others() -> None:
    """A till that crashes every few seconds is one incident; its first bundles are enough for an hour."""
    taken: list[str] = []

    async def take(finding: Finding, before: tuple[Reading, ...]) -> bytes | None:
        taken.append(finding.object)
        return b"zip"

    bench = Bench(take)
    task = asyncio.create_task(bench.reporter.gather_evidence())

    async def found(name: str, times: int) -> None:
        for _ in range(times):
            bench.reporter.take(reading(f"watch:{name}"))
            await bench.reporter.flush()
            await asyncio.sleep(0.005)

    await found("till", EVIDENCE_PER_HOUR)
    await found("shop", 1)
    await until(lambda: taken == ["till"] * EVIDENCE_PER_OBJECT + ["shop"])
    await bench.clock.advance(3_600)
    await found("till", 1)
    await until(lambda: taken[-1] == "till")
    assert len(taken) == EVIDENCE_PER_OBJECT + 2
    task.cancel()


async def test_evidence_that_runs_out_of_time_is_taken_again_with_more_patience() -> None:
    """A machine that just came back from a power cut is slow; the others do not wait for it."""
    tried: list[tuple[str, int]] = []

    async def take(finding: Finding, before: tuple[Reading, ...]) -> bytes | None:
        tried.append((finding.finding_id, bench.reporter.tries(finding.finding_id)))
        if finding.finding_id == "id-1" and len(tried) < 4:
            raise OutOfTime("out of time after 45.0 s")
        return b"zip"

    bench = Bench(take)
    task = asyncio.create_task(bench.reporter.gather_evidence())
    bench.reporter.take(reading())
    bench.reporter.take(reading())
    await bench.reporter.flush()
    for wanted, pause_s in ((2, 0), (3, EVIDENCE_AGAIN_S), (4, 2 * EVIDENCE_AGAIN_S)):
        await bench.clock.advance(pause_s + 1)
        await until(lambda wanted=wanted: len(tried) == wanted)  # type: ignore[misc]
    assert tried == [("id-1", 1), ("id-2", 1), ("id-1", 2), ("id-1", 3)]
    await until(lambda: [kind for kind, _ in bench.held()].count(Kind.EVIDENCE) == 2)
    assert bench.reporter.tries("id-1") == 1
    task.cancel()


async def test_evidence_that_never_ends_is_given_up_and_said(caplog: pytest.LogCaptureFixture) -> None:
    tried: list[int] = []

    async def take(finding: Finding, before: tuple[Reading, ...]) -> bytes | None:
        tried.append(bench.reporter.tries(finding.finding_id))
        raise OutOfTime("out of time after 45.0 s")

    bench = Bench(take)
    task = asyncio.create_task(bench.reporter.gather_evidence())
    bench.reporter.take(reading())
    await bench.reporter.flush()
    for wanted in range(1, EVIDENCE_TRIES + 1):
        await until(lambda wanted=wanted: len(tried) == wanted)  # type: ignore[misc]
        await bench.clock.advance(wanted * EVIDENCE_AGAIN_S + 1)
    await until(lambda: "no evidence for watch.down shop: out of time" in caplog.text)
    await bench.clock.advance(10 * EVIDENCE_AGAIN_S)
    assert tried == [1, 2, 3, 4]
    task.cancel()


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not there():
            await asyncio.sleep(0.01)


async def test_evidence_that_is_owed_outlives_the_agent() -> None:
    """Killed while it was being taken: the next life knows of it, until it is in the spool or given up."""
    free = asyncio.Event()

    async def take(finding: Finding, before: tuple[Reading, ...]) -> bytes | None:
        await free.wait()
        return b"zip"

    bench = Bench(take)
    task = asyncio.create_task(bench.reporter.gather_evidence())
    bench.reporter.take(reading())
    await bench.reporter.flush()
    bench.disk.crash(lambda _: 0)
    assert bench.reporter.owed() == {"id-1": ""}
    free.set()
    await until(lambda: bench.reporter.owed() == {})
    assert [kind for kind, _ in bench.held()] == [Kind.FINDING, Kind.EVIDENCE]
    bench.disk.replace(JUDGE.with_name("owed.json"), b'{"id-1": "", "id-2": "id-1"}')
    assert bench.reporter.owed() == {"id-2": "id-1"}, "what is in the spool is owed no more"
    bench.disk.replace(JUDGE.with_name("owed.json"), b"[1]")
    assert bench.reporter.owed() == {}, "what cannot be read costs evidence, and nothing else"
    task.cancel()


@pytest.mark.parametrize("name", ["cpu", "watch:shop"])
async def test_nothing_found_is_nothing_written(name: str) -> None:
    bench = Bench()
    await bench.reporter.flush()
    assert bench.held() == []
