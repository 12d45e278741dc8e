"""The link against a real server with mutual TLS: what is put arrives once, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent import wire
from agent.clock import SystemClock
from agent.disk import OsDisk
from agent.identity import Identity
from agent.layouts import LayoutBook, Series
from agent.link.conversation import Subject, Timing
from agent.link.stream import Link, LinkState, retry_pause_s
from agent.signals import Finding, FindingState, Severity
from agent.spool import Kind, Lane, Spool
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.agent_authority import TestAuthority
from tests.support.agent_controller import ListeningController
from tests.support.agent_fakes import EPOCH, SeededChance

FAST = Timing(
    acknowledge_deadline_s=0.6, first_retry_s=0.1, retry_max_s=0.2, replay_pause_s=0.0, goodbye_s=2.0
)
INTRODUCTION = wire.Introduction(
    "1.0", "till-1", "Debian", "12", "x86_64", "server", "boot-1", EPOCH, ("shop",)
)


def finding(number: int) -> Finding:
    return Finding(
        f"finding-{number}", "watch.down", "shop", FindingState.RAISED, Severity.CRITICAL, EPOCH, EPOCH
    )


@dataclass
class Machine:
    """An agent without collectors: spool, layouts and link, on a real disk."""

    folder: Path
    identity: Identity
    open_findings: tuple[Finding, ...] = ()
    welcomes: list[wire.Welcomed] = field(default_factory=list)
    states: list[LinkState] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = SystemClock()
        self.spool = Spool.open(OsDisk(), self.folder / "spool", self.clock, SeededChance())
        self.layouts = LayoutBook(OsDisk(), self.folder / "layouts")
        self.layouts.load()
        subject = Subject(
            self.spool, self.layouts, lambda: INTRODUCTION, lambda: self.open_findings, self.welcomes.append
        )
        self.link = Link(subject, lambda: self.identity, self.clock, SeededChance(), FAST, self.states.append)

    def find(self, number: int) -> None:
        self.spool.put(Lane.FAULTS, Kind.FINDING, wire.finding_payload(finding(number)))
        self.link.wake()

    def measure(self, value: float) -> None:
        layout_id = self.layouts.id_for([Series("system.cpu.utilization", "1")])
        snapshot = wire.Snapshot(layout_id, EPOCH, (value,))
        self.spool.put(Lane.METRICS, Kind.SNAPSHOT, wire.snapshot_payload(snapshot))
        self.link.wake()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.link.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def controller() -> AsyncIterator[ListeningController]:
    async with ListeningController() as listening:
        yield listening


@pytest.fixture
def machine(tmp_path: Path, controller: ListeningController) -> Machine:
    return Machine(tmp_path, controller.authority.identity(controller.endpoint))


async def test_hello_first_then_faults_then_conditions_then_layout_and_metrics(
    machine: Machine, controller: ListeningController
) -> None:
    machine.measure(0.5)
    machine.find(1)
    machine.open_findings = (finding(1),)
    async with machine.running():
        await controller.until(lambda: len(controller.committed) == 2)
    kinds = [controller.kind(item) for item in controller.items]
    assert kinds == ["hello", "spooled", "open_conditions", "layout", "spooled"]
    assert controller.items[0].hello.host_name == "till-1"
    assert controller.items[1].spooled.finding.finding_id == "finding-1"
    assert list(controller.items[4].spooled.snapshot.values) == [0.5]
    assert machine.welcomes[0].agent_id == "agent-of-the-tests"


async def test_acknowledgements_move_the_spool(machine: Machine, controller: ListeningController) -> None:
    async with machine.running():
        for number in range(40):
            machine.find(number)
        await controller.until(lambda: len(controller.findings()) == 40)
        await until(lambda: machine.spool.acknowledged(Lane.FAULTS) == 40)
    assert controller.findings() == [f"finding-{number}" for number in range(40)]


async def test_a_controller_that_goes_away_gets_what_was_found_meanwhile_in_order_and_once(
    machine: Machine, controller: ListeningController
) -> None:
    async with machine.running():
        machine.find(1)
        await controller.until(lambda: controller.findings() == ["finding-1"])
        await controller.stop()
        for number in range(2, 30):
            machine.find(number)
        await controller.start()
        await controller.until(lambda: len(controller.findings()) == 29)
    sent = [item.spooled.sequence for item in controller.heard("spooled")]
    assert sent == list(range(1, 30))
    assert machine.states, "the break was told"


async def test_what_was_sent_but_not_acknowledged_is_sent_again(
    machine: Machine, controller: ListeningController
) -> None:
    """The commit was lost with the stream: the deadline drops it, the next stream repeats."""
    controller.acknowledges = False
    async with machine.running():
        machine.find(1)
        await controller.until(lambda: controller.streams >= 2)
        controller.acknowledges = True
        await controller.until(lambda: controller.findings() == ["finding-1"])
    assert any("no answer for" in state.reason for state in machine.states)


async def test_a_controller_that_says_nothing_at_all_is_left(tmp_path: Path) -> None:
    async with ListeningController() as controller:
        controller.silent = True
        machine = Machine(tmp_path, controller.authority.identity(controller.endpoint))
        machine.link._timing = replace(FAST, welcome_deadline_s=0.3)
        async with machine.running():
            await controller.until(lambda: controller.streams >= 2)
    assert machine.states[0].reason == "no welcome from the controller"


async def test_a_gap_that_the_controller_notices_is_filled(
    machine: Machine, controller: ListeningController
) -> None:
    async with machine.running():
        for number in range(1, 6):
            machine.find(number)
        await controller.until(lambda: len(controller.findings()) == 5)
        before = len(controller.heard("spooled"))
        asked = pb.Resend(lane=pb.LANE_FAULTS, from_sequence=2, to_sequence=3)
        await controller.to_say.put(pb.ControllerItem(resend=asked))
        await controller.until(lambda: len(controller.heard("spooled")) >= before + 2)
    again = [item.spooled.finding.finding_id for item in controller.heard("spooled")[before:]]
    assert again == ["finding-2", "finding-3"]


async def test_a_controller_restored_from_a_backup_is_refilled(
    machine: Machine, controller: ListeningController
) -> None:
    """It committed and acknowledged, then its disk was put back to an hour ago (R5)."""
    async with machine.running():
        for number in range(1, 6):
            machine.find(number)
        await until(lambda: machine.spool.acknowledged(Lane.FAULTS) == 5)
        await controller.stop()
        for sequence in (3, 4, 5):
            del controller.committed[pb.LANE_FAULTS, sequence]
        await controller.start()
        await controller.until(lambda: len(controller.findings()) == 5)


async def test_a_machine_restored_from_an_older_image_takes_a_new_epoch(
    machine: Machine, controller: ListeningController
) -> None:
    """The controller knows sequences this spool never gave out: new findings must not pass for those."""
    for sequence in range(1, 10):
        controller.committed[pb.LANE_FAULTS, sequence] = pb.Spooled()
    machine.find(1)
    epoch = machine.spool.epoch
    async with machine.running():
        await until(lambda: machine.spool.epoch != epoch)
        await controller.until(lambda: controller.findings() == ["finding-1"])


async def test_a_controller_that_always_claims_to_know_more_is_not_hammered(
    machine: Machine, controller: ListeningController
) -> None:
    controller.claims_too_much = True
    async with machine.running():
        await SystemClock().sleep(1.0)
    assert controller.streams <= 12, "pauses of 0.1-0.2 s are kept"


async def test_goodbye_is_said_with_its_reason_after_the_last_fault(
    machine: Machine, controller: ListeningController
) -> None:
    task = asyncio.create_task(machine.link.run())
    await controller.until(lambda: controller.heard("open_conditions"))
    machine.find(1)
    machine.link.say_goodbye(wire.Leaving.REBOOT)
    await asyncio.wait_for(task, 5)
    await controller.until(lambda: controller.heard("goodbye"))
    assert controller.heard("goodbye")[0].goodbye.reason == pb.GOODBYE_REASON_REBOOT
    assert controller.findings() == ["finding-1"]


async def test_a_machine_that_sleeps_says_goodbye_and_comes_back_when_it_wakes(
    machine: Machine, controller: ListeningController
) -> None:
    """trust.md R6: suspend is a goodbye; until it wakes it is quiet, and then it is back at once."""
    async with machine.running():
        await controller.until(lambda: controller.heard("open_conditions"))
        machine.link.sleep()
        await controller.until(lambda: controller.heard("goodbye"))
        assert controller.heard("goodbye")[0].goodbye.reason == pb.GOODBYE_REASON_SUSPEND
        await until(lambda: [state.reason for state in machine.states] == ["asleep"])
        machine.find(1)
        await SystemClock().sleep(0.5)
        assert controller.streams == 1
        machine.link.awake()
        await controller.until(lambda: controller.findings() == ["finding-1"])
    assert controller.streams == 2


async def test_a_conversation_that_outlived_the_sleep_is_begun_anew(
    machine: Machine, controller: ListeningController
) -> None:
    async with machine.running():
        await controller.until(lambda: controller.heard("open_conditions"))
        machine.link.awake()
        await until(lambda: controller.streams == 2)


async def test_goodbye_to_nobody_ends_at_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path, TestAuthority().identity("127.0.0.1:1"))
    task = asyncio.create_task(machine.link.run())
    await until(lambda: machine.states != [])
    machine.link.say_goodbye(wire.Leaving.STOPPED)
    await asyncio.wait_for(task, 3)


async def test_beats_when_there_is_nothing_else_to_say(tmp_path: Path) -> None:
    async with ListeningController() as controller:
        controller.beat_interval_s = 1
        machine = Machine(tmp_path, controller.authority.identity(controller.endpoint))
        async with machine.running():
            await controller.until(lambda: len(controller.heard("beat")) == 2)


async def test_a_farewell_with_a_hint_is_heeded(machine: Machine, controller: ListeningController) -> None:
    controller.farewell = pb.Farewell(reason="full", retry_after_s=1)
    async with machine.running():
        await controller.until(lambda: controller.streams == 1)
        await until(lambda: machine.states != [])
        left = SystemClock().monotonic()
        controller.farewell = None
        await controller.until(lambda: controller.streams == 2)
    assert SystemClock().monotonic() - left >= 0.9
    assert "full" in machine.states[0].reason


async def test_another_root_is_not_trusted(tmp_path: Path, controller: ListeningController) -> None:
    """A machine-in-the-middle with a certificate of its own gets not even a hello."""
    machine = Machine(tmp_path, TestAuthority().identity(controller.endpoint))
    async with machine.running():
        await until(lambda: len(machine.states) >= 2)
    assert controller.items == []


async def test_an_expired_certificate_is_told_as_such(
    tmp_path: Path, controller: ListeningController
) -> None:
    """grpc only says UNAVAILABLE; the agent looks at its own certificate (trust.md "Identity")."""
    since = datetime.now(UTC) - timedelta(days=8)
    machine = Machine(tmp_path, controller.authority.identity(controller.endpoint, since=since))
    async with machine.running():
        await until(lambda: machine.states != [])
    assert "the certificate expired on" in machine.states[0].reason
    assert controller.items == []


async def test_a_new_certificate_takes_effect_at_once(
    machine: Machine, controller: ListeningController
) -> None:
    async with machine.running():
        await controller.until(lambda: controller.streams == 1 and bool(machine.welcomes))
        machine.identity = controller.authority.identity(controller.endpoint)
        machine.link.reconnect()
        await controller.until(lambda: controller.streams == 2)


async def test_a_snapshot_whose_layout_is_lost_becomes_a_counted_gap(
    machine: Machine, controller: ListeningController
) -> None:
    machine.spool.put(Lane.METRICS, Kind.SNAPSHOT, wire.snapshot_payload(wire.Snapshot(77, EPOCH, (1.0,))))
    async with machine.running():
        await controller.until(lambda: len(controller.committed) == 1)
    assert controller.committed[pb.LANE_METRICS, 1].dropped.to_sequence == 1


@pytest.mark.parametrize(
    ("failures", "hint_s", "low", "high"),
    [
        (1, None, 0, 5),
        (2, None, 5, 10),
        (3, None, 10, 20),
        (5, None, 30, 60),
        (90, None, 30, 60),
        (1, 40, 40, 60),
    ],
)
def test_pauses_follow_r7a(failures: int, hint_s: float | None, low: float, high: float) -> None:
    pauses = [retry_pause_s(failures, hint_s, Timing(), SeededChance(seed)) for seed in range(200)]
    assert low <= min(pauses) <= max(pauses) <= high
    assert max(pauses) - min(pauses) > (high - low) / 2, "jitter"


async def until(what: Callable[[], bool], timeout_s: float = 10.0) -> None:
    clock = SystemClock()
    end = clock.monotonic() + timeout_s
    while not what():
        assert clock.monotonic() < end, "not seen in time"
        await clock.sleep(0.02)
