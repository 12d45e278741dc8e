"""A day without network: what is measured stays in its bounds, every fault is there, and comes in its order.

The day passes in seconds: clock and looks are a test's, the judge, the spool on a real disk, the link and the
receiver behind it are the real ones.
"""

import asyncio
import math
from datetime import datetime, timedelta
from pathlib import Path

from agent import wire
from agent.chance import SystemChance
from agent.clock import SystemClock
from agent.disk import OsDisk
from agent.health import Health
from agent.identity import Identity
from agent.layouts import LayoutBook
from agent.link.conversation import Subject, Timing
from agent.link.stream import Link
from agent.names import WATCH, WATCH_KIND, WATCH_TARGET
from agent.rules import Judge
from agent.signals import Metric, Reading, WatchResult
from agent.spool import Kind, Lane, Spool
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.agent_controller import ListeningController
from tests.support.agent_fakes import EPOCH, HandClock, SeededChance

DAY_S = 86_400
EVERY_S = 60
QUOTA_BYTES = 1024 * 1024
# The day's faults: from, for so long (seconds since its beginning).
OUTAGES = [(hour * 3_600 + 300, 900) for hour in range(0, 24, 2)]


def is_down(second: int) -> bool:
    return any(begin <= second < begin + lasts for begin, lasts in OUTAGES)


def measured(at: datetime, second: int) -> Reading:
    """Some hundred numbers, as a machine's collectors bring them."""
    metrics = tuple(Metric(f"series.{number}", math.sin(second + number), "1") for number in range(100))
    return Reading("cpu", at, 0.001, metrics)


def watched(at: datetime, second: int) -> Reading:
    of = {WATCH: "shop", WATCH_KIND: "tcp", WATCH_TARGET: "127.0.0.1:1"}
    result = WatchResult.REFUSED if is_down(second) else WatchResult.OK
    return Reading("watch:shop", at, 0.001, (Metric("vigia.watch.result", float(result), "1", of),))


def spend_the_day(spool: Spool, layouts: LayoutBook, clock: HandClock) -> list[wire.Snapshot]:
    judge, health = Judge("server", SeededChance().uuid4), Health(layouts)
    taken = []
    for second in range(0, DAY_S, EVERY_S):
        for reading in (measured(clock.now(), second), watched(clock.now(), second)):
            health.take(reading)
            for finding in judge.judge(reading, clock.now()):
                spool.put(Lane.FAULTS, Kind.FINDING, wire.finding_payload(finding))
                spool.put(
                    Lane.FAULTS,
                    Kind.EVIDENCE,
                    wire.evidence_payload(finding.finding_id, b"\0" * 32, bytes(9_000), clock.now()),
                )
        snapshot = health.snapshot(clock.now())
        assert snapshot is not None
        spool.put(Lane.METRICS, Kind.SNAPSHOT, wire.snapshot_payload(snapshot))
        taken.append(snapshot)
        clock.pass_time(EVERY_S)
        if second % 600 == 0:
            spool.tend()
    return taken


async def replayed(
    spool: Spool, layouts: LayoutBook, identity: Identity, controller: ListeningController
) -> None:
    introduction = wire.Introduction("1", "caja-1", "Debian", "12", "x86_64", "server", "boot", None)
    subject = Subject(spool, layouts, lambda: introduction, tuple, lambda _: None)
    timing = Timing(replay_pause_s=0.0)
    link = Link(subject, lambda: identity, SystemClock(), SystemChance(), timing)
    running = asyncio.create_task(link.run())
    last = {lane: spool.last(lane) for lane in Lane}
    await controller.until(lambda: all((lane, last[lane]) in controller.committed for lane in Lane), 60)
    link.say_goodbye(wire.Leaving.STOPPED)
    await running


async def test_a_day_without_network_loses_no_fault_and_stays_within_its_bounds(tmp_path: Path) -> None:
    disk, clock = OsDisk(), HandClock()
    layouts = LayoutBook(disk, tmp_path / "layouts")
    layouts.load()
    spool = Spool.open(disk, tmp_path / "spool", clock, SeededChance(), QUOTA_BYTES, boot="boot")
    taken = spend_the_day(spool, layouts, clock)
    kept = sum(path.stat().st_size for path in (tmp_path / "spool").glob("*.seg"))
    assert kept <= QUOTA_BYTES

    async with ListeningController() as controller:
        await replayed(spool, layouts, controller.authority.identity(controller.endpoint), controller)
    spooled = [item.spooled for item in controller.heard("spooled")]

    # Faults overtake what was measured, in the order in which they were found.
    lanes = [one.lane for one in spooled]
    assert lanes == sorted(lanes)
    findings = [one.finding for one in spooled if one.HasField("finding")]
    assert len(findings) == 2 * len(OUTAGES)
    for (begin, lasts), raised, cleared in zip(OUTAGES, findings[::2], findings[1::2], strict=True):
        assert raised.finding_id == cleared.finding_id
        assert (raised.state, cleared.state) == (pb.FINDING_STATE_RAISED, pb.FINDING_STATE_CLEARED)
        assert wire.instant(raised.began_at_unix_ms) == EPOCH + timedelta(seconds=begin)
        assert wire.instant(cleared.began_at_unix_ms) == EPOCH + timedelta(seconds=begin + lasts)
    assert sum(1 for one in spooled if one.HasField("evidence")) == len(findings)

    # What was measured gave way from its beginning, in one counted gap; the newest is all there.
    gap, *snapshots = [one for one in spooled if one.lane == pb.LANE_METRICS]
    assert (gap.dropped.from_sequence, gap.dropped.to_sequence) == (1, gap.sequence)
    assert gap.sequence + len(snapshots) == len(taken)
    assert len(snapshots) > 300
    assert snapshots[-1].snapshot.taken_at_unix_ms == wire.milliseconds(taken[-1].taken_at)
