"""A clock that jumps, by an hour or a year, forward or back: the agent lives, and says so."""

import asyncio
import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from agent.app import App, Surroundings
from agent.clock import SystemClock
from agent.collectors.procfs import Roots
from agent.collectors.system.time.sync import TimeSync
from agent.config import Config
from agent.disk import OsDisk
from agent.identity import IdentityStore
from agent.jumps import Jumps
from agent.lastlink import LastLinkFile
from agent.processes import Finished, ProgramMissing
from agent.programs import Tool
from agent.rules import Judge
from agent.signals import Finding, FindingState, Reading, Severity
from protos.vigia.v1 import agent_pb2 as pb
from tests.agent.test_starts import Broken, evidence, inventory
from tests.support.agent_controller import ListeningController
from tests.support.agent_fakes import HandClock, SeededChance
from tests.support.forgetful_disk import ForgetfulDisk

HOUR_S, YEAR_S = 3_600.0, 365 * 86_400.0
JUMPS = (HOUR_S, -HOUR_S, YEAR_S, -YEAR_S)


def nobody(tool: Tool, *_words: str) -> Finished:
    raise ProgramMissing(tool.name, "not installed")


class SetClock(SystemClock):
    """The machine's clock, after somebody set it."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Trouble(Broken):
    """Another outage at each look."""

    every_s = 0.2

    def read(self, now: datetime) -> Reading:
        self._called += "+"
        return super().read(now)


def snapshots(controller: ListeningController) -> list[pb.AgentItem]:
    return [item for item in controller.heard("spooled") if item.spooled.HasField("snapshot")]


@pytest.mark.parametrize("by_s", JUMPS)
def test_a_jump_is_said_once_and_small_steps_are_not(by_s: float, caplog: pytest.LogCaptureFixture) -> None:
    clock = HandClock()
    jumps = Jumps(clock)
    clock.pass_time(10)
    clock.set_by(0.5)  # what a time server does all day
    assert jumps.look() == 0
    clock.pass_time(10)
    clock.set_by(by_s)
    assert jumps.look() == pytest.approx(by_s + 0.5)
    clock.pass_time(HOUR_S)
    assert jumps.look() == 0
    assert len(caplog.records) == 1
    assert ("forward by" if by_s > 0 else "set back by") in caplog.text


@pytest.mark.parametrize("by_s", JUMPS)
def test_the_rule_finds_it_within_minutes_also_without_a_link(by_s: float, tmp_path: Path) -> None:
    """What the controller measured at the last welcome, and the machine's own uptime since, are enough."""
    disk, clock = ForgetfulDisk(), HandClock()
    disk.mkdir(tmp_path)
    link = LastLinkFile(disk, tmp_path)
    link.connected(clock.now(), 0.0)
    (tmp_path / "proc").mkdir()
    sync = TimeSync(
        Roots(proc=str(tmp_path / "proc")),
        nobody,
        run=str(tmp_path),
        data=tmp_path,
        disk=disk,
        monotonic=clock.monotonic,
        kernel=lambda: Finished(0, b"synchronized\n", b"", False, False, 0.0),
    )
    judge = Judge("server", SeededChance().uuid4)
    found: list[Finding] = []
    for minute in range(8):
        (tmp_path / "proc" / "uptime").write_text(f"{clock.monotonic()} 0\n")
        found += judge.judge(sync.read(clock.now()), clock.now())
        clock.pass_time(60)
        if minute == 2:
            clock.set_by(by_s)
    assert [(one.rule, one.severity, one.state) for one in found] == [
        ("time.sync", Severity.HIGH, FindingState.RAISED)
    ]
    assert float(found[0].facts["time_offset_s"]) == pytest.approx(by_s, abs=2)


async def test_the_agent_goes_on_through_all_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Faults are found, kept, sent and acknowledged as before, on the connection there is."""
    clock = SetClock()
    caplog.set_level(logging.WARNING)
    async with ListeningController() as controller:
        controller.snapshot_interval_s = 1
        IdentityStore(OsDisk(), tmp_path).save(controller.authority.identity(controller.endpoint))
        around = Surroundings(
            clock, collectors=(Trouble("t"),), take_evidence=evidence, take_inventory=inventory
        )
        app = App(Config(data=tmp_path), around)
        running = asyncio.create_task(app.run())
        try:
            for number, by_s in enumerate(JUMPS):
                await controller.until(lambda: controller.findings(), timeout_s=10)
                clock.ahead += timedelta(seconds=by_s)
                seen = len(controller.findings())
                await controller.until(
                    lambda seen=seen, number=number: (
                        len(controller.findings()) > seen and caplog.text.count("the clock") > number
                    )
                )
            seen = len(snapshots(controller))
            await controller.until(lambda: len(snapshots(controller)) > seen, timeout_s=20)
        finally:
            app.stop()
            await running
    assert controller.heard("goodbye")
