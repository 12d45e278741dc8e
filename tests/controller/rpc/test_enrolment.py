"""The enrolment port, and who does not get through TLS at all."""

import asyncio
import socket
import ssl
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from grpc import aio

from controller.core.errors import Conflict
from controller.fleet import store
from controller.fleet.identity.authority import LEAF_LIFE
from controller.rpc import server
from controller.rpc.enrolment import REFUSAL
from controller.rpc.server import RpcServers
from controller.storage import Storage
from protos.vigia.v1 import agent_pb2_grpc, enrolment_pb2, enrolment_pb2_grpc
from tests.support.simulated_agent import OPTIONS, SimulatedAgent
from tests.support.stations import Station, running_station


async def refused(agent: SimulatedAgent, station: Station, token: str) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(aio.AioRpcError) as error:
        await agent.enrol(station.enrolment, token)
    return error.value.code(), error.value.details() or ""


async def test_wrong_and_used_tokens_look_the_same(station: Station) -> None:
    """The other key's use of the token is kept from the first one, who repeats and gets the same answer."""
    token = await station.token()
    agent, thief = (SimulatedAgent(station.authority.root_pem, name) for name in ("caja", "thief"))
    await agent.enrol(station.enrolment, token)
    first = agent.certificate_der
    used = await refused(thief, station, token)
    assert used == await refused(thief, station, "no such token")
    assert used == (grpc.StatusCode.UNAUTHENTICATED, REFUSAL)
    await agent.enrol(station.enrolment, token)
    assert agent.certificate_der == first


async def test_an_address_that_guesses_has_to_wait(station: Station) -> None:
    agent = SimulatedAgent(station.authority.root_pem)
    for _ in range(20):
        await refused(agent, station, "guess")
    code, details = await refused(agent, station, await station.token())
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "try again in" in details


async def test_a_request_beyond_256_kib_is_refused_naming_the_limit(station: Station) -> None:
    agent = SimulatedAgent(station.authority.root_pem, "x" * 300_000)
    code, details = await refused(agent, station, await station.token())
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(256 * 1024) in details


async def test_a_long_name_is_refused_naming_field_and_limit_and_the_token_stays_good(
    station: Station,
) -> None:
    token = await station.token()
    agent = SimulatedAgent(station.authority.root_pem, "x" * 256)
    code, details = await refused(agent, station, token)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "host_name: at most 255 characters" in details
    agent.host_name = "caja"
    await agent.enrol(station.enrolment, token)


async def test_another_root_is_not_trusted_by_the_agent(station: Station) -> None:
    """There is no trust on first use: the pasted line's root decides, before the token is sent."""
    token = await station.token()
    strange = station.authority.open(
        station.blobs._root / "strange",
        station.blobs._disk,
        station.storage.chance,
        station.storage.clock.now(),
    )
    code, _ = await refused(SimulatedAgent(strange.root_pem), station, token)
    assert code is grpc.StatusCode.UNAVAILABLE


async def test_no_certificate_a_strange_one_or_plaintext_do_not_get_in(station: Station) -> None:
    """To whom TLS does not speak, nothing is said; the next agent never notices."""
    endpoint = f"127.0.0.1:{station.servers.agents_port}"
    bare = grpc.ssl_channel_credentials(station.authority.root_pem)
    for channel in (
        aio.secure_channel(endpoint, bare, OPTIONS),
        aio.insecure_channel(endpoint, OPTIONS),
        aio.insecure_channel(station.enrolment, OPTIONS),
    ):
        async with channel:
            call = agent_pb2_grpc.AgentServiceStub(channel).Connect()
            assert await call.code() is grpc.StatusCode.UNAVAILABLE
    agent = await station.agent()
    await agent.connect()
    await agent.disconnect()


async def test_an_expired_certificate_does_not_get_in(station: Station) -> None:
    """grpc says UNAVAILABLE, which is why the agent looks at its own certificate (trust.md "Life")."""
    agent = await station.agent()
    assert agent.agent_id is not None
    past = station.storage.clock.now() - LEAF_LIFE - timedelta(hours=2)
    agent.certificate_der = station.authority.leaf(
        agent.agent_id, agent.key.public_key(), past
    ).certificate_der
    with pytest.raises(aio.AioRpcError) as error:
        await agent.connect()
    assert error.value.code() is grpc.StatusCode.UNAVAILABLE
    await agent.disconnect()


async def test_a_certificate_of_ours_that_we_do_not_know_is_unauthenticated(station: Station) -> None:
    """Signed by our root, but in no row and no newer than its machine's: made with a stolen key, or a copy's.
    A newer one would be of a time that a restore has lost."""
    agent = await station.agent()
    before = station.storage.clock.now() - timedelta(minutes=1)
    for agent_id in (agent.agent_id, UUID(int=9)):
        assert agent_id is not None
        leaf = station.authority.leaf(agent_id, agent.key.public_key(), before)
        agent.certificate_der = leaf.certificate_der
        with pytest.raises(aio.AioRpcError) as error:
            await agent.connect()
            # A machine that has no time for us says so, and asks us to come back.
            while agent.received.welcome is None and agent.received.farewell is not None:
                await agent.connect()
        assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED
    await agent.disconnect()


async def test_agents_have_no_door_on_the_enrolment_port_nor_tokens_on_theirs(station: Station) -> None:
    agent = await station.agent()
    async with agent.channel() as channel:
        with pytest.raises(aio.AioRpcError) as error:
            await enrolment_pb2_grpc.EnrolmentServiceStub(channel).Enrol(enrolment_pb2.EnrolRequest())
    assert error.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_a_taken_port_is_said_with_the_way_out(station: Station) -> None:
    """Never shared silently: the second controller does not start."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for ports, key in (
            ({"agents_port": port, "enrolment_port": 0}, "agents_port"),
            ({"agents_port": 0, "enrolment_port": port}, "enrolment_port"),
            ({"agents_port": station.servers.agents_port, "enrolment_port": 0}, "agents_port"),
        ):
            second = RpcServers(station.storage, station.authority, station.lookout, station.blobs, **ports)
            with pytest.raises(Conflict, match=f"port {ports[key]} .*set {key}"):
                await second.start()


async def test_a_stop_tells_agents_when_to_come_back(station: Station) -> None:
    """What was received is acknowledged, then the farewell with its hint."""
    agent = await station.agent()
    await agent.connect()
    await agent.send(agent.raised())
    await agent.settled()
    await asyncio.gather(station.servers.stop(grace_s=2.0, retry_after_s=7), agent.end())
    assert agent.received.farewell is not None
    assert agent.received.farewell.retry_after_s == 7
    await agent.disconnect()


async def test_too_many_at_once_are_told_to_wait(station: Station) -> None:
    """200 new streams a second; the others get a hint, and get in later."""
    agent = await station.agent()
    station.servers._agents._bucket._level = 0.0
    station.servers._agents._bucket._rate = 0.01
    await agent.connect(replay=False)
    assert agent.received.welcome is None
    assert agent.received.farewell is not None
    assert agent.received.farewell.retry_after_s >= 2
    await agent.disconnect()
    async with station.storage.reading() as connection:
        assert [machine.connected for machine in await store.machines(connection)] == [False]


async def test_who_connects_and_says_nothing_is_cut(
    real_storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before TLS, and after it with no call: each would hold a file open for ever."""
    monkeypatch.setattr(server, "_UNASKED_MS", 400)
    monkeypatch.setattr(server, "_HANDSHAKE_MS", 400)
    async with running_station(real_storage, tmp_path) as station:
        host, port = "127.0.0.1", station.servers.enrolment_port
        mute, _ = await asyncio.open_connection(host, port)
        context = ssl.create_default_context(cadata=station.authority.root_pem.decode())
        context.set_alpn_protocols(["h2"])
        idle, writer = await asyncio.open_connection(
            host, port, ssl=context, server_hostname="controller.vigia"
        )
        writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0")
        async with asyncio.timeout(10):
            assert await mute.read() == b""
            while await idle.read(4_096):
                pass
        writer.close()
