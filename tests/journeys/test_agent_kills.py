"""The agent dies at any moment while it finds faults and its line comes and goes: what its disk had taken
arrives, once, in order (trust.md R2, R4)."""

import asyncio
import random
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from agent.disk import OsDisk
from agent.identity import IdentityStore
from agent.spool import Kind, Record
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.agent_controller import ListeningController
from tests.support.cutting_relay import CuttingRelay, cutting_relay
from tests.support.street import eventually, street
from tests.support.swarm import doubled, kept_incidents
from tests.support.warm_agent import WarmAgent

EVERY_S = 0.03


@dataclass(frozen=True, slots=True)
class Told:
    """What a run came to. `again`: raised once more under a new id, because the agent died between the
    finding and the memory of it: the controller joins it to what is open."""

    kills: int
    promised: int
    arrived: int
    lost: int
    doubled: int
    disordered: int
    again: int

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.promised} records synced, {self.arrived} arrived: "
            f"lost {self.lost}, doubled {self.doubled}, out of order {self.disordered}"
        )


async def lives(
    agent: WarmAgent,
    relay: CuttingRelay,
    kills: int,
    draw: random.Random,
    every_s: float,
    longest_s: float = 0.9,
) -> None:
    """Each ends by SIGKILL, somewhere between its first file and its steady state; the line is down for half
    of the time, whatever the agent does."""

    async def weather() -> None:
        while True:
            await asyncio.sleep(draw.uniform(0.2, 1.4))
            relay.go_down()
            await asyncio.sleep(draw.uniform(0.2, 1.4))
            relay.is_down = False

    changing = asyncio.create_task(weather())
    try:
        for number in range(kills):
            await asyncio.to_thread(agent.live, f"life{number}", every_s)
            await asyncio.sleep(draw.uniform(0.05, longest_s))
            await asyncio.to_thread(agent.kill)
    finally:
        changing.cancel()
        relay.is_down = False


def arrived(controller: ListeningController) -> dict[int, pb.Spooled]:
    """The faults' lane as it came, by sequence."""
    return {sequence: one for (lane, sequence), one in controller.committed.items() if lane == pb.LANE_FAULTS}


def compared(kills: int, promised: list[Record], controller: ListeningController) -> Told:
    """What was synced beside what came: by place, by content, by finding."""
    came = arrived(controller)
    order = [
        item.spooled.sequence for item in controller.heard("spooled") if item.spooled.lane == pb.LANE_FAULTS
    ]
    firsts = list(dict.fromkeys(order))
    lost = sum(1 for record in promised if not _is_there(record, came.get(record.sequence)))
    findings = [one.finding for one in came.values() if one.HasField("finding")]
    raised = [one for one in findings if one.state == pb.FINDING_STATE_RAISED]
    said = Counter(one.finding_id for one in raised)
    objects = Counter(one.object for one in raised)
    return Told(
        kills=kills,
        promised=len(promised),
        arrived=len(came),
        lost=lost,
        doubled=sum(1 for count in said.values() if count > 1),
        disordered=sum(1 for before, after in pairwise(firsts) if after < before),
        again=sum(1 for count in objects.values() if count > 1),
    )


def _is_there(record: Record, came: pb.Spooled | None) -> bool:
    told = pb.Spooled.FromString(record.payload) if record.kind is not Kind.DAMAGE else pb.Spooled()
    if came is None:
        return False
    came = pb.Spooled.FromString(came.SerializeToString())
    told.lane, told.sequence = came.lane, came.sequence
    return record.kind is Kind.DAMAGE or told == came


async def storm(folder: Path, kills: int, seed: int) -> Told:
    print(f"seed {seed}")
    draw = random.Random(seed)
    async with ListeningController() as controller:
        controller.beat_interval_s = 1
        data = folder / "agent"
        IdentityStore(OsDisk(), data).save(controller.authority.identity(controller.endpoint))
        with cutting_relay(controller.port) as relay:
            agent = WarmAgent(data, f"127.0.0.1:{relay.port}")
            promised: list[Record] = []

            def settled() -> bool:
                promised[:] = agent.promised()
                return promised[-1].sequence in arrived(controller)

            try:
                await asyncio.to_thread(agent.live, "first", EVERY_S)
                await asyncio.to_thread(eventually, "a fault is synced", agent.promised)
                await asyncio.to_thread(agent.kill)
                await lives(agent, relay, kills - 1, draw, EVERY_S)
                await asyncio.to_thread(agent.live, "last", 0)
                # The last life still writes that symptoms ended; what it adds at its own end is none of this.
                await controller.until(settled, timeout_s=120)
                assert await asyncio.to_thread(agent.stop) == 0
            finally:
                agent.close()
        told = compared(kills, promised, controller)
        damage = [one for one in controller.committed.values() if one.HasField("damage")]
        assert not damage, f"kill -9 damages nothing, but: {damage[:3]}"
    print(told)
    return told


async def test_a_few_kills_lose_nothing_that_was_synced(tmp_path: Path) -> None:
    """The short form of the fault run below, at every `make test`."""
    told = await storm(tmp_path, kills=6, seed=random.SystemRandom().randrange(2**32))
    assert (told.lost, told.doubled, told.disordered) == (0, 0, 0)


@pytest.mark.faults
async def test_a_thousand_kills_under_load_with_the_link_down_half_of_the_time(tmp_path: Path) -> None:
    told = await storm(tmp_path, kills=1_000, seed=random.SystemRandom().randrange(2**32))
    assert (told.lost, told.doubled, told.disordered) == (0, 0, 0)


@pytest.mark.faults
async def test_a_hundred_kills_with_the_real_controller(tmp_path: Path) -> None:
    """Up to the incidents: each fault that was synced has its finding, and no object has two incidents."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    draw = random.Random(seed)
    with street(tmp_path) as walk:
        await asyncio.to_thread(walk.serve)
        await asyncio.to_thread(walk.enrol)
        with cutting_relay(walk.ports["agents_port"]) as relay:
            agent = WarmAgent(tmp_path / "agent", f"127.0.0.1:{relay.port}")
            try:
                await lives(agent, relay, 100, draw, every_s=0.25, longest_s=3.0)
                await asyncio.to_thread(agent.live, "last", 0)
                last = max(record.sequence for record in agent.promised())
                database = walk.data / "vigia.db"
                await asyncio.to_thread(
                    eventually, "all is taken in", lambda: _taken(database) >= last, patience_s=120
                )
                await asyncio.to_thread(agent.stop)
            finally:
                agent.close()
        await asyncio.to_thread(walk.end, "controller")
        raised = {
            str(UUID(told.finding.finding_id))
            for told in (_finding(record) for record in agent.promised())
            if told.finding.state == pb.FINDING_STATE_RAISED
        }
        lost = raised - _findings(database)
        opened = {str(UUID(finding_id)) for finding_id, _ in kept_incidents(database)}
        print(f"100 kills, {len(raised)} faults synced, {len(opened)} became incidents, lost {len(lost)}")
        assert not lost
        assert not doubled(database)


def _finding(record: Record) -> pb.Spooled:
    return pb.Spooled.FromString(record.payload) if record.kind is Kind.FINDING else pb.Spooled()


def _taken(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT max(up_to_sequence) FROM agent_cursors WHERE lane = 1").fetchone()
    return int(found[0] or 0)


def _findings(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {str(UUID(row[0])) for row in connection.execute("SELECT id FROM findings")}
