"""A machine that sends evidence without end: its faults still come in, our disk is spared, and it is said."""

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from grpc import aio

from controller import flow
from controller.core.changes import Changes
from controller.core.errors import NotFound
from controller.fleet import actions as fleet
from controller.fleet.allowance import Allowance
from controller.fleet.allowance import store as allowances
from controller.fleet.orders.order import OrderState
from controller.incidents import store as incidents
from controller.sla.actions import seed_default_plan
from controller.storage import Storage
from controller.words import story
from controller.words.catalogue import translator
from tests.controller.rpc.test_uploads import bundle, pull_of
from tests.support.stations import Station, running_station

LIMIT_BYTES = 1_000


class Disk:
    is_tight = False


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
async def scarce(real_storage: Storage, tmp_path: Path, disk: Disk) -> AsyncIterator[Station]:
    settings = {"evidence_limit_bytes": LIMIT_BYTES, "is_tight": lambda: disk.is_tight}
    async with running_station(real_storage, tmp_path, **settings) as made:
        made.storage.dispatcher = flow.dispatcher(Changes(), lambda: None)
        async with made.storage.unit() as unit:
            await seed_default_plan(unit)
        yield made


async def told_of(station: Station, finding_id: str, language: str) -> list[str]:
    async with station.storage.reading() as connection:
        case = await incidents.incident_of_finding(connection, UUID(finding_id))
        assert case is not None
        entries = await incidents.timeline(connection, case.id)
    words = translator(language)
    return [story.sentence(words, entry, "UTC") for entry in entries]


async def test_what_is_beyond_it_is_refused_and_the_faults_behind_it_are_taken(scarce: Station) -> None:
    agent, neighbour = await scarce.agent("caja-1"), await scarce.agent("caja-2")
    for one in (agent, neighbour):
        await one.connect()
    first, second, third = (agent.raised(object=f"watch {number}") for number in range(3))
    await agent.send(first, agent.evidence(first, bytes(700)))
    await agent.settled()
    await agent.send(second, agent.evidence(second, b"x" * 301), third, agent.evidence(third, b"y" * 300))
    await agent.settled()

    [refusal] = agent.received.refusals
    assert (refusal.field, refusal.limit) == ("evidence", "at most 0 MiB of a customer's machines in 30 days")
    with pytest.raises(NotFound):
        await scarce.blobs.get(sha256(b"x" * 301).hexdigest())
    assert await scarce.blobs.get(sha256(b"y" * 300).hexdigest())
    # It is the customer's, so another of its machines has none left either.
    fourth = neighbour.raised()
    await neighbour.send(fourth, neighbour.evidence(fourth, b"z"))
    await neighbour.settled()
    assert len(neighbour.received.refusals) == 1
    said = {"en": "which was not kept: this customer", "es": "que no se guardó: los equipos"}
    for language, words in said.items():
        for refused in (second, fourth):
            assert words in (await told_of(scarce, refused.finding.finding_id, language))[-1]
        assert words not in " ".join(await told_of(scarce, third.finding.finding_id, language))
    for one in (agent, neighbour):
        await one.disconnect()


async def test_it_is_free_again_after_30_days_and_counted_for_each_customer_alone(scarce: Station) -> None:
    agent = await scarce.agent("caja-1")
    allowance = Allowance(scarce.storage, LIMIT_BYTES)
    assert agent.agent_id is not None
    async with scarce.storage.unit() as unit:
        await allowances.count(unit.connection, {agent.agent_id: 600}, unit.now - timedelta(days=30))
        await allowances.count(unit.connection, {agent.agent_id: 600}, unit.now - timedelta(days=29))
        await allowances.count(unit.connection, {agent.agent_id: 100}, unit.now)
        await allowances.count(unit.connection, {agent.agent_id: 100}, unit.now)
        scarce.customer_id = (await fleet.add_customer(unit, "Panadería Sol")).id
    stranger = await scarce.agent("horno-1")
    assert stranger.agent_id is not None
    assert not await allowance.lacks(agent.agent_id, 200)
    assert await allowance.lacks(agent.agent_id, 201)
    assert not await allowance.lacks(stranger.agent_id, LIMIT_BYTES)


async def test_with_our_disk_almost_full_faults_come_in_without_it(scarce: Station, disk: Disk) -> None:
    agent = await scarce.agent("caja-1")
    await agent.connect()
    disk.is_tight = True
    raised = agent.raised()
    await agent.send(raised, agent.evidence(raised, b"x"))
    await agent.settled()
    assert "our own disk is almost full" in (await told_of(scarce, raised.finding.finding_id, "en"))[-1]
    assert "nuestro propio disco" in (await told_of(scarce, raised.finding.finding_id, "es"))[-1]
    disk.is_tight = False
    later = agent.raised(object="another")
    await agent.send(later, agent.evidence(later, b"x"))
    await agent.settled()
    assert len(agent.received.refusals) == 1
    await agent.disconnect()


async def test_a_pull_beyond_it_comes_to_nothing_and_says_why(scarce: Station) -> None:
    pulled = await pull_of(scarce)
    with pytest.raises(aio.AioRpcError, match="at most 0 MiB"):
        await pulled.upload(bundle(LIMIT_BYTES))
    order = await pulled.now()
    assert (order.state, order.reason) == (OrderState.FAILED, "customer_quota")
    assert await scarce.blobs.drafts.size(order.id) == 0
    await pulled.agent.disconnect()


async def test_a_pull_counts(station: Station) -> None:
    pulled = await pull_of(station)
    data = bundle()
    await pulled.upload(data)
    assert pulled.agent.agent_id is not None
    async with station.storage.reading() as connection:
        today = station.storage.clock.now().date()
        assert await allowances.taken_since(connection, pulled.agent.agent_id, today) == len(data)
    await pulled.agent.disconnect()
