"""A disk is copied and both machines run: found when they part, the faults of both taken in, no more."""

import grpc
import pytest
from grpc import aio

from controller.core.errors import Conflict
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import CLONED, FindingCleared, FindingRaised
from controller.fleet.identity import clones
from controller.fleet.machine import Machine
from controller.fleet.orders import actions as orders
from tests.support.simulated_agent import SimulatedAgent
from tests.support.stations import Station


async def copied(station: Station) -> tuple[SimulatedAgent, SimulatedAgent]:
    """Two with one identity and one spool."""
    agent = await station.agent()
    twin = SimulatedAgent(agent.root_pem)
    twin.key, twin.certificate_der, twin.endpoint = agent.key, agent.certificate_der, agent.endpoint
    twin.agent_id, twin.epoch = agent.agent_id, agent.epoch
    return agent, twin


async def machine_of(station: Station, agent: SimulatedAgent) -> Machine:
    async with station.storage.reading() as connection:
        found = await store.machine(connection, agent.agent_id)
    assert found is not None
    return found


def raised(station: Station) -> list[str]:
    return [event.finding.rule for event in station.told if isinstance(event, FindingRaised)]


async def test_a_boot_that_a_machine_had_left_comes_back(station: Station) -> None:
    """A reboots into B: a restart like any other. Then A again: no machine does that. Both are held; a fault
    of either is taken in, though both count on from the same number; a person ends it."""
    agent, twin = await copied(station)
    await agent.connect(agent.hello(boot_id="boot-a"))
    await twin.connect(twin.hello(boot_id="boot-b"))
    assert raised(station) == []
    await agent.connect(agent.hello(boot_id="boot-a"))
    assert raised(station) == [CLONED]
    held = await machine_of(station, agent)
    assert held.quarantined_at is not None and held.quarantine_reason == "old_boot"

    await agent.send(agent.raised("watch.down", "one"))
    await agent.settled()
    await twin.connect(twin.hello(boot_id="boot-b"))
    await twin.send(twin.raised("watch.down", "two"))
    await twin.settled()
    assert raised(station) == [CLONED, "watch.down", "watch.down"]
    with pytest.raises(aio.AioRpcError) as refused:
        await twin.renew()
    assert refused.value.code() is grpc.StatusCode.PERMISSION_DENIED
    async with station.storage.unit() as unit:
        assert await orders.hand_out(unit, agent.agent_id) == ()
        with pytest.raises(Conflict, match="quarantine"):
            await orders.ask_pull(unit, held, "basic", held.id, "INC-1")

    async with station.storage.unit() as unit:
        await clones.release(unit, held.id)
    assert (await machine_of(station, agent)).quarantined_at is None
    assert [event.finding.rule for event in station.told if isinstance(event, FindingCleared)] == [CLONED]
    with pytest.raises(Conflict, match="is not in quarantine"):
        async with station.storage.unit() as unit:
            await clones.release(unit, held.id)
    await agent.connect(agent.hello(boot_id="boot-a"))
    assert raised(station)[-1] == CLONED
    await agent.disconnect()
    await twin.disconnect()


async def test_an_old_certificate_is_a_clones(station: Station) -> None:
    """After the renewal one of them has the new certificate, the other the dead one."""
    agent, twin = await copied(station)
    await agent.connect()
    await agent.renew()
    await agent.connect()
    await twin.connect()
    assert raised(station) == [CLONED]
    assert (await machine_of(station, agent)).quarantine_reason == "old_certificate"
    async with station.storage.unit() as unit:
        await fleet.ban(unit, agent.agent_id, "stolen")
    with pytest.raises(aio.AioRpcError):
        await twin.connect()
        await twin.end()
        await twin.connect()
    await agent.disconnect()
    await twin.disconnect()


@pytest.mark.parametrize("boots", [["a"], ["a", "a"], ["a", "b", "c"], [f"b{n}" for n in range(40)]])
async def test_restarts_are_no_clones(station: Station, boots: list[str]) -> None:
    agent = await station.agent()
    for boot in boots:
        await agent.connect(agent.hello(boot_id=boot))
    assert raised(station) == []
    assert len((await machine_of(station, agent)).past_boots) <= clones.BOOTS_KEPT
    await agent.disconnect()
