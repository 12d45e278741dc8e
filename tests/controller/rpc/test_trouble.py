"""A full disk, a cut line, a fleet that comes at once: nothing acknowledged is lost, nothing counts twice."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from controller.core.chance import SeededChance
from controller.core.clock import SystemClock
from controller.fleet.findings import FindingRaised
from controller.storage import Storage
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.simulated_agent import SimulatedAgent
from tests.support.stations import Station, running_station
from tests.support.stores import fresh_storage


async def pages(storage: Storage, limit: int | None) -> None:
    """Let SQLite's file grow to so many pages and no more, which it says as it says a full disk."""
    async with storage.writer.connect() as connection:
        if limit is None:
            limit = 1_000_000
        await connection.exec_driver_sql(f"PRAGMA max_page_count={limit}")


async def test_a_full_disk_acknowledges_nothing_and_loses_nothing(tmp_path: Path) -> None:
    """The agent is told to come back; when there is room again, all it kept is taken in, once."""
    async with (
        fresh_storage("sqlite", tmp_path, SystemClock(), SeededChance(3)) as storage,
        running_station(storage, tmp_path) as station,
    ):
        agent = await station.agent()
        await agent.connect()
        await pages(storage, 1)
        records = [agent.raised(object=f"{n}" + "x" * 200, facts={"a": "y" * 1_900}) for n in range(100)]
        for start in range(0, 100, 10):
            try:
                await agent.send(*records[start : start + 10])
            except asyncio.InvalidStateError:
                break
        await agent.end()
        assert agent.received.farewell is not None
        assert "disk is full" in agent.received.farewell.reason
        assert agent.received.farewell.retry_after_s > 0
        assert sum(map(len, agent.spool.values())) + len(agent.acknowledged_ids) == 100
        assert len(agent.acknowledged_ids) <= len(raised(station))
        await pages(storage, None)
        await agent.connect()
        await agent.settled()
        counts = Counter(
            event.finding.finding_id for event in station.told if isinstance(event, FindingRaised)
        )
        assert len(counts) == 100
        assert set(counts.values()) == {1}
        await agent.disconnect()


def raised(station: Station) -> list[FindingRaised]:
    return [event for event in station.told if isinstance(event, FindingRaised)]


@pytest.mark.parametrize("seed", [1, 2])
async def test_a_fleet_on_bad_lines_loses_and_doubles_nothing(station: Station, seed: int) -> None:
    """20 agents raise and clear faults while their lines are cut at random; at the end each finding was told
    exactly once, and so was its end."""
    chance = SeededChance(seed)
    print("seed", seed)
    agents = [await station.agent(f"m{n}") for n in range(20)]

    async def live(agent: SimulatedAgent) -> set[str]:
        made: set[str] = set()
        for _ in range(4):
            try:
                await agent.connect()
                for _ in range(3):
                    record = agent.raised(object=str(len(made)))
                    made.add(record.finding.finding_id)
                    await agent.send(record)
                    await asyncio.sleep(chance.uniform(0, 0.05))
                    await agent.send(agent.evidence(record, agent.boot_id.encode()), agent.cleared(record))
            except asyncio.InvalidStateError:
                pass
            await agent.disconnect()
        await agent.connect()
        await agent.settled(30)
        await agent.disconnect()
        return made

    made = set[str]().union(*(await asyncio.gather(*(live(agent) for agent in agents))))
    told = Counter(
        (str(event.finding.finding_id), type(event).__name__)
        for event in station.told
        if hasattr(event, "finding")
    )
    assert {finding_id for finding_id, _ in told} == made
    assert set(told.values()) == {1}
    assert len(told) == 2 * len(made)


async def test_sixty_agents_at_once_are_all_welcomed(station: Station) -> None:
    """All are in at the end, each with what it had to say; and all leave in order."""
    agents = [SimulatedAgent(station.authority.root_pem, f"m{n}") for n in range(60)]
    tokens = [await station.token() for _ in agents]
    await asyncio.gather(
        *(agent.enrol(station.enrolment, token) for agent, token in zip(agents, tokens, strict=True))
    )

    async def come(agent: SimulatedAgent) -> None:
        agent.raised(ago=timedelta(minutes=1))
        while agent.received.welcome is None:
            await agent.connect()
        await agent.settled()

    await asyncio.gather(*(come(agent) for agent in agents))
    assert len(raised(station)) == len(station.servers.streams) == 60
    await asyncio.gather(*(agent.goodbye(pb.GOODBYE_REASON_SHUTDOWN) for agent in agents))
    await asyncio.gather(*(agent.end() for agent in agents))
    await asyncio.gather(*(agent.disconnect() for agent in agents))
