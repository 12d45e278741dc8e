"""From reading to spool: findings durable and in order, state after them, evidence beside."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from agent.health import Health
from agent.layouts import LayoutBook
from agent.reporting import EVIDENCE_PER_HOUR, Reporter
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
        name = f"id-{self.count}"
        return [Finding(name, "watch.down", "shop", FindingState.RAISED, Severity.CRITICAL, now, now)]

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
    for _ in range(EVIDENCE_PER_HOUR + 5):
        bench.reporter.take(reading())
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


@pytest.mark.parametrize("name", ["cpu", "watch:shop"])
async def test_nothing_found_is_nothing_written(name: str) -> None:
    bench = Bench()
    await bench.reporter.flush()
    assert bench.held() == []
