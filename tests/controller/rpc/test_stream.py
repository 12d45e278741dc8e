"""An agent's stream, over real TLS into a real database: welcome, acknowledgement after commit, refusals."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import grpc
import pytest
from grpc import aio

from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import EvidenceReceived, FindingCleared, FindingRaised
from controller.fleet.machine import GoodbyeReason, Machine
from controller.rpc import agents
from protos.vigia.v1 import agent_pb2 as pb
from protos.vigia.v1 import agent_pb2_grpc
from tests.support.simulated_agent import FAULTS, METRICS, SimulatedAgent
from tests.support.stations import Station


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


async def machine(station: Station, agent: SimulatedAgent) -> Machine:
    assert agent.agent_id is not None
    async with station.storage.reading() as connection:
        found = await store.machine(connection, agent.agent_id)
    assert found is not None
    return found


async def history(station: Station, agent: SimulatedAgent) -> list[str]:
    assert agent.agent_id is not None
    async with station.storage.reading() as connection:
        events = await store.history(connection, agent.agent_id)
    return [event.kind for event in reversed(events)]


async def test_a_finding_with_its_evidence_is_committed_before_it_is_acknowledged(station: Station) -> None:
    """Enrol, connect, report: when the acknowledgement comes, finding, evidence and events are there."""
    agent = await station.agent("caja-1")
    await agent.connect()
    assert agent.received.welcome is not None
    assert agent.received.welcome.agent_id == str(agent.agent_id)
    raised = agent.raised(facts={"port": "8080"})
    await agent.send(raised, agent.evidence(raised, b"a bundle"), agent.cleared(raised))
    await agent.settled()

    kinds = [type(event) for event in station.told]
    assert kinds == [FindingRaised, EvidenceReceived, FindingCleared]
    first = station.told[0]
    assert isinstance(first, FindingRaised)
    assert first.finding.machine_id == agent.agent_id
    assert first.finding.facts == {"port": "8080"}
    assert not first.already_over
    assert await station.blobs.get(station.told[1].sha256) == b"a bundle"  # type: ignore[attr-defined]
    found = await machine(station, agent)
    assert (found.name, found.connected, found.os_name) == ("caja-1", True, "Simulated")
    await agent.disconnect()


async def test_snapshots_come_back_as_series(station: Station) -> None:
    """What was unknown is left out, what was known is where it was."""
    agent = await station.agent()
    await agent.connect()
    await agent.learn_layout(["system.cpu.utilization", "system.memory.usage"])
    now = station.storage.clock.now()
    await agent.send(
        agent.snapshot([0.5, 1024.0], ago=timedelta(seconds=20)),
        agent.snapshot([float("nan"), 2048.0], ago=timedelta(seconds=10)),
        agent.snapshot([float("inf"), 4096.0]),
    )
    await agent.settled()
    assert agent.agent_id is not None
    async with station.storage.reading() as connection:
        series = await store.snapshots_between(
            connection, agent.agent_id, now - timedelta(minutes=1), now + timedelta(minutes=1)
        )
    values = {one.name: [value for _, value in one.points] for one in series}
    assert values == {"system.cpu.utilization": [0.5], "system.memory.usage": [1024.0, 2048.0, 4096.0]}
    await agent.disconnect()


async def test_a_report_sent_again_counts_once(station: Station) -> None:
    """The acknowledgement was lost: the agent sends all again, and is told that it is known."""
    agent = await station.agent()
    await agent.connect()
    record = agent.raised()
    await agent.send(record)
    await agent.settled()
    agent.spool[FAULTS][record.sequence] = record
    await agent.connect(replay=False)
    await agent.state_conditions()
    await agent.settled()
    await agent.send(record)
    second = agent.raised(object="db")
    await agent.send(second)
    await agent.settled()
    objects = [event.finding.object for event in station.told if isinstance(event, FindingRaised)]
    assert objects == ["web", "db"]
    await agent.disconnect()


async def test_a_backlog_that_is_over_opens_nothing_whenever_the_agent_says_what_lasts(
    station: Station,
) -> None:
    """Offline a fault came and went, another lasts: raise and clear come in envelopes of their own, and what
    is still wrong is said after them. Only the one that lasts is live."""
    agent = await station.agent()
    over, lasts = agent.raised(object="over", ago=minutes(9)), agent.raised(object="lasts", ago=minutes(5))
    clear = agent.cleared(over, ago=minutes(3))
    await agent.connect(replay=False)
    for record in (over, agent.evidence(over, b"x"), lasts, clear):
        await agent.send(record)
        await asyncio.sleep(0.05)
    await agent.state_conditions()
    await agent.settled(3)
    told = {e.finding.object: e.already_over for e in station.told if isinstance(e, FindingRaised)}
    assert told == {"over": True, "lasts": False}
    await agent.disconnect()


async def test_an_agent_that_never_says_what_lasts_is_heard_all_the_same(station: Station) -> None:
    agent = await station.agent()
    agent.raised(ago=minutes(9))
    await agent.connect(replay=False)
    await agent.send(*agent.spool[FAULTS].values())
    await agent.settled(8)
    assert [e.already_over for e in station.told if isinstance(e, FindingRaised)] == [False]
    await agent.disconnect()


async def test_a_gap_is_asked_for_and_blocks_nothing(station: Station) -> None:
    """Record 2 arrives before record 1: it counts at once, 1 is asked for, and then both are acknowledged."""
    agent = await station.agent()
    await agent.connect()
    first, second = agent.raised(object="first"), agent.raised(object="second")
    await agent.send(second)
    await agent.settled()
    assert [(gap.from_sequence, gap.to_sequence) for gap in agent.received.resends] == [(1, 1)]
    assert {e.finding.object for e in station.told if isinstance(e, FindingRaised)} == {"first", "second"}
    assert first.sequence == 1
    await agent.disconnect()


HOSTILE: dict[str, dict[str, Any]] = {
    "finding.finding_id": {
        "finding": pb.Finding(finding_id="../../etc", rule="a.b", state=pb.FINDING_STATE_RAISED)
    },
    "finding.rule": {
        "finding": pb.Finding(finding_id=str(UUID(int=5)), rule="; drop", state=pb.FINDING_STATE_RAISED)
    },
    "finding.object": {
        "finding": pb.Finding(
            finding_id=str(UUID(int=5)), rule="a.b", state=pb.FINDING_STATE_RAISED, object="x" * 256
        )
    },
    "finding.state": {"finding": pb.Finding(finding_id=str(UUID(int=5)), rule="a.b")},
    "finding.began_at_unix_ms": {
        "finding": pb.Finding(
            finding_id=str(UUID(int=5)),
            rule="a.b",
            state=pb.FINDING_STATE_RAISED,
            began_at_unix_ms=-(2**63),
            observed_at_unix_ms=1,
        )
    },
    "finding.facts": {
        "finding": pb.Finding(
            finding_id=str(UUID(int=5)),
            rule="a.b",
            state=pb.FINDING_STATE_RAISED,
            began_at_unix_ms=1,
            observed_at_unix_ms=2**40,
            facts={str(n): "" for n in range(1_000)},
        )
    },
    "evidence.sha256": {"evidence": pb.Evidence(finding_id=str(UUID(int=5)), bundle=b"x", sha256=b"y")},
    "snapshot.layout_id": {"snapshot": pb.Snapshot(layout_id=99, values=[float("nan")] * 5_000)},
    "spooled.record": {},
}


async def test_a_hostile_record_is_refused_by_name_and_the_rest_is_kept(station: Station) -> None:
    """Each bad record is named to its agent and in its history; its neighbours, its lane and others go on."""
    agent, neighbour = await station.agent("hostile"), await station.agent("neighbour")
    await agent.connect()
    await neighbour.connect()
    bad = [agent.put(FAULTS, **record) for record in HOSTILE.values()]
    good = agent.raised(object="\x1b[31mred\x00", facts={"line": "a\x00b\x1b\u202e"})
    await asyncio.gather(agent.send(*bad, good), neighbour.send(neighbour.raised(object="n")))
    await asyncio.gather(agent.settled(), neighbour.settled())
    refused = [refusal.field for refusal in agent.received.refusals]
    assert refused == list(HOSTILE)
    objects = {event.finding.object for event in station.told if isinstance(event, FindingRaised)}
    assert objects == {"\x1b[31mred\ufffd", "n"}
    assert (await history(station, agent)).count("record_refused") == len(HOSTILE)
    await agent.disconnect()
    await neighbour.disconnect()


async def test_a_finding_of_another_machine_cannot_be_touched(station: Station) -> None:
    """An agent that says it cleared its neighbour's finding is refused."""
    agent, neighbour = await station.agent("hostile"), await station.agent("neighbour")
    await neighbour.connect()
    theirs = neighbour.raised()
    await neighbour.send(theirs)
    await neighbour.settled()
    await agent.connect()
    await agent.send(agent.cleared(theirs), agent.evidence(theirs, b"lies"))
    await agent.settled()
    assert [refusal.field for refusal in agent.received.refusals] == ["finding_id", "finding_id"]
    assert [type(event) for event in station.told] == [FindingRaised]
    await agent.disconnect()
    await neighbour.disconnect()


async def test_a_hello_beyond_the_limits_names_field_and_limit(station: Station) -> None:
    agent = await station.agent()
    with pytest.raises(aio.AioRpcError) as refused:
        await agent.connect(agent.hello(os_name="x" * 300))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "hello.os_name: at most 255 characters, not 300" in (refused.value.details() or "")
    await agent.disconnect()


async def test_a_stream_begins_with_a_hello(station: Station) -> None:
    agent = await station.agent()
    await agent.connect()
    await agent.write(pb.AgentItem(hello=agent.hello()))
    assert await agent.end() is grpc.StatusCode.INVALID_ARGUMENT
    await agent.disconnect()


async def test_a_message_of_2_mib_is_refused_naming_the_limit(station: Station) -> None:
    """The stream ends, the agent's next one works, and others never notice."""
    agent = await station.agent()
    await agent.connect()
    await agent.write(pb.AgentItem(beat=pb.Beat()), *[pb.AgentItem(hello=pb.Hello(os_name="x" * 2**21))])
    assert await agent.end() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(1024 * 1024) in await agent.error_text()
    await agent.connect()
    await agent.send(agent.raised())
    await agent.settled()
    await agent.disconnect()


async def test_a_goodbye_is_noted_and_answered(station: Station) -> None:
    """What came before it is acknowledged first; the next hello ends it."""
    agent = await station.agent()
    await agent.connect()
    await agent.send(agent.raised())
    await agent.goodbye(pb.GOODBYE_REASON_REBOOT)
    assert await agent.end() is grpc.StatusCode.OK
    await agent.settled()
    found = await machine(station, agent)
    assert (found.goodbye_reason, found.connected) == (GoodbyeReason.REBOOT, False)
    await agent.connect()
    found = await machine(station, agent)
    assert (found.goodbye_reason, found.goodbye_at, found.connected) == (None, None, True)
    await agent.disconnect()


async def test_a_banned_machine_is_out_within_5_seconds_and_stays_out(station: Station) -> None:
    agent = await station.agent()
    await agent.connect()
    assert agent.agent_id is not None
    async with station.storage.unit() as unit:
        await fleet.ban(unit, agent.agent_id, "stolen")
    async with asyncio.timeout(5):
        await agent.end()
    assert agent.received.farewell is not None
    with pytest.raises(aio.AioRpcError) as refused:
        await agent.connect()
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    await agent.disconnect()


async def test_a_renewed_certificate_kills_the_old_one_when_first_used(station: Station) -> None:
    """Until then the old one works: a reply may be lost. Afterwards it is a clone's."""
    agent = await station.agent()
    await agent.connect()
    old = (agent.key, agent.certificate_der)
    await agent.renew()
    new = (agent.key, agent.certificate_der)
    agent.key, agent.certificate_der = old
    await agent.connect()
    agent.key, agent.certificate_der = new
    await agent.connect()
    agent.key, agent.certificate_der = old
    await agent.connect()
    with pytest.raises(aio.AioRpcError) as refused:
        await agent.renew()
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    await agent.disconnect()


async def test_a_second_stream_of_a_machine_ends_the_first(station: Station) -> None:
    agent = await station.agent()
    twin = SimulatedAgent(agent.root_pem)
    twin.key, twin.certificate_der, twin.endpoint = agent.key, agent.certificate_der, agent.endpoint
    await agent.connect()
    await twin.connect()
    assert await agent.end() is grpc.StatusCode.OK
    assert agent.received.farewell is not None
    await agent.disconnect()
    await twin.disconnect()


async def test_metrics_of_an_unknown_layout_do_not_stop_the_lane(station: Station) -> None:
    agent = await station.agent()
    await agent.connect()
    await agent.send(agent.snapshot([1.0]))
    await agent.settled()
    assert agent.received.refusals[0].lane == METRICS
    await agent.disconnect()


async def test_a_stream_without_a_hello_is_cut(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "_HELLO_S", 0.3)
    agent = await station.agent()
    async with agent.channel() as channel:
        call = agent_pb2_grpc.AgentServiceStub(channel).Connect()
        assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        assert "no hello within" in (await call.details() or "")
