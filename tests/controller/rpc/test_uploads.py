"""Uploads over real TLS: they go on from where they were, are checked as a stranger's, and kept once."""

import asyncio
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import grpc
import pytest
from grpc import aio

from controller import flow
from controller.core.actor import SYSTEM
from controller.core.changes import Changes
from controller.core.disk import OsDisk
from controller.core.severity import Severity
from controller.diagnostics import pulls
from controller.diagnostics import store as bundles
from controller.fleet import store as fleet
from controller.fleet.findings import Finding, FindingRaised
from controller.fleet.orders import actions as orders
from controller.fleet.orders import store
from controller.fleet.orders.order import Order, OrderState
from controller.incidents import store as incidents
from controller.sla.actions import seed_default_plan
from evidence.bundle import BundleWriter
from evidence.manifest import Item
from protos.vigia.v1 import agent_pb2, uploads_pb2_grpc
from protos.vigia.v1 import uploads_pb2 as pb
from tests.support.simulated_agent import SimulatedAgent, milliseconds
from tests.support.stations import Station

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHUNK = 256 * 1024


def bundle(size: int = 700_000) -> bytes:
    """A whole one, of a little more than `size` bytes."""
    writer = BundleWriter(agent_version="0", host="caja-1", started_at=NOON)
    noise = b"".join(sha256(number.to_bytes(4, "big")).digest() for number in range(size // 32))
    writer.add(Item("trial/noise.bin", "trial", "noise"), noise)
    return writer.finish(NOON)


class Pulled:
    """A machine with a pull under way, and its agent's side of the upload."""

    def __init__(self, station: Station, agent: SimulatedAgent, order: Order) -> None:
        self.station, self.agent, self.order = station, agent, order

    async def now(self) -> Order:
        async with self.station.storage.reading() as connection:
            found = await store.order(connection, self.order.id)
        assert found is not None
        return found

    async def upload(
        self, data: bytes, *, until: int | None = None, digest: bytes | None = None
    ) -> list[int]:
        """Sends, up to `until` bytes, as an agent does; the offsets from which the controller wanted it."""
        wanted: list[int] = []
        async with self.agent.channel() as channel:
            call = uploads_pb2_grpc.UploadServiceStub(channel).Upload()
            start = pb.UploadStart(
                order_id=str(self.order.id), sha256=digest or sha256(data).digest(), size_bytes=len(data),
                taken_at_unix_ms=milliseconds(self.agent.now()),
            )  # fmt: skip
            await call.write(pb.UploadRequest(start=start))
            while isinstance(answer := await call.read(), pb.UploadResponse):
                if answer.WhichOneof("item") == "stored":
                    return wanted
                wanted.append(getattr(answer, "from").offset)
                await self._send(call, data, wanted[-1], until)
                if until is not None:
                    await self._arrived(until)
                    return wanted
            raise aio.AioRpcError(await call.code(), aio.Metadata(), aio.Metadata(), await call.details())

    async def _send(self, call: object, data: bytes, offset: int, until: int | None) -> None:
        while offset < min(len(data), until or len(data)):
            chunk = data[offset : min(offset + CHUNK, until or len(data))]
            request = pb.UploadRequest(chunk=pb.UploadChunk(offset=offset, data=chunk))
            await call.write(request)  # type: ignore[attr-defined]
            offset += len(chunk)

    async def _arrived(self, size: int) -> None:
        async with asyncio.timeout(5):
            while await self.station.blobs.drafts.size(self.order.id) < size:
                await asyncio.sleep(0.02)

    async def bundles(self) -> list[str]:
        async with self.station.storage.reading() as connection:
            return [one.sha256 for one in await bundles.bundles(connection, self.order.purpose_id)]


@pytest.fixture
async def pulled(station: Station) -> Pulled:
    return await pull_of(station)


async def pull_of(station: Station) -> Pulled:
    """An enrolled agent that knows pulls, an incident of its machine, and the pull handed out to it."""
    station.storage.dispatcher = flow.dispatcher(Changes(), lambda: None)
    agent = await station.agent()
    await agent.connect(agent.hello(abilities=["pull:basic"]))
    assert agent.agent_id is not None
    async with station.storage.unit() as unit:
        await seed_default_plan(unit)
        finding = Finding(
            unit.chance.uuid(), agent.agent_id, "watch.down", "web", Severity.HIGH, unit.now, unit.now
        )
        unit.announce(FindingRaised(finding))
    async with station.storage.reading() as connection:
        case = await incidents.incident_of_finding(connection, finding.finding_id)
    assert case is not None
    async with station.storage.unit(SYSTEM) as unit:
        order = await pulls.ask(unit, agent.agent_id, case.id)
    return Pulled(station, agent, order)


async def test_an_order_is_handed_out_to_a_live_stream_and_again_after_it_broke(pulled: Pulled) -> None:
    """Nobody asks twice, nothing is lost: what is unfinished is said on every connection."""
    agent = pulled.agent
    async with asyncio.timeout(10):
        while not agent.received.orders:
            await asyncio.sleep(0.05)
    assert agent.received.orders[0].order_id == str(pulled.order.id)
    assert (await pulled.now()).state is OrderState.SENT
    await agent.connect(agent.hello(abilities=["pull:basic"]))
    async with asyncio.timeout(10):
        while not agent.received.orders:
            await asyncio.sleep(0.05)
    report = agent_pb2.OrderReport(
        order_id=str(pulled.order.id), state=agent_pb2.ORDER_STATE_COLLECTING, items_done=2, items_total=9
    )
    await agent.write(agent_pb2.AgentItem(order_report=report))
    async with asyncio.timeout(10):
        while (await pulled.now()).state is not OrderState.COLLECTING:
            await asyncio.sleep(0.05)
    assert (await pulled.now()).items_total == 9


async def test_it_goes_on_from_where_it_was(pulled: Pulled) -> None:
    """Cut after 300,000 bytes: the next try begins there, and the whole is verified and attached once."""
    data = bundle()
    assert await pulled.upload(data, until=300_000) == [0]
    [offset] = await pulled.upload(data)
    assert offset == 300_000
    assert (await pulled.now()).state is OrderState.DONE
    digest = sha256(data).hexdigest()
    assert await pulled.bundles() == [digest]
    assert await pulled.station.blobs.get(digest) == data
    # The answer was lost: said again, kept once.
    assert await pulled.upload(data) == []
    assert await pulled.bundles() == [digest]


async def test_what_was_damaged_here_comes_again_from_the_beginning(pulled: Pulled, tmp_path: Path) -> None:
    """After a power cut the end of what had arrived may be anything: it is seen, and costs one more try."""
    data = bundle()
    await pulled.upload(data, until=400_000)
    drafts = pulled.station.blobs.drafts
    await drafts.write(pulled.order.id, 200_000, b"\0" * 200_000)
    assert await pulled.upload(data) == [400_000, 0]
    assert await pulled.bundles() == [sha256(data).hexdigest()]


@pytest.mark.parametrize("what", ["another digest", "no bundle"])
async def test_what_is_not_what_it_should_be_is_refused_for_good(pulled: Pulled, what: str) -> None:
    """Nothing of it stays, the order has failed, and its reason is in the case."""
    data = bundle() if what == "another digest" else b"PK" * 50_000
    digest = sha256(b"something else").digest() if what == "another digest" else None
    with pytest.raises(aio.AioRpcError) as error:
        await pulled.upload(data, digest=digest)
    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    now = await pulled.now()
    assert now.state is OrderState.FAILED
    assert now.reason == ("bundle_damaged" if digest else "bundle_unreadable")
    assert await pulled.station.blobs.drafts.size(pulled.order.id) == 0
    assert await pulled.bundles() == []


async def test_an_order_that_ends_in_the_middle_takes_nothing_more(pulled: Pulled) -> None:
    """Its case was closed while the bundle came: the sender is told, and what had come is gone."""
    data = bundle()
    await pulled.upload(data, until=300_000)
    async with pulled.station.storage.unit() as unit:
        await orders.fail(unit, pulled.order.id, "case_closed")
    with pytest.raises(aio.AioRpcError) as error:
        await pulled.upload(data)
    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    async with pulled.station.storage.unit() as unit:
        assert not await orders.note_arrived(unit, pulled.order.id, 400_000)
    assert await pulled.bundles() == []


async def test_nobody_sends_for_the_order_of_another(pulled: Pulled) -> None:
    other = await pulled.station.agent("other")
    thief = Pulled(pulled.station, other, pulled.order)
    with pytest.raises(aio.AioRpcError) as error:
        await thief.upload(bundle())
    assert error.value.code() is grpc.StatusCode.NOT_FOUND
    assert (await pulled.now()).state in (OrderState.QUEUED, OrderState.SENT)


async def test_a_banned_machine_sends_nothing(pulled: Pulled) -> None:
    async with pulled.station.storage.unit() as unit:
        await fleet.change_machine(unit.connection, pulled.order.machine_id, banned_at=unit.now)
    with pytest.raises(aio.AioRpcError) as error:
        await pulled.upload(bundle())
    assert error.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_a_full_disk_here_makes_it_wait_and_says_so(
    pulled: Pulled, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not failed: the machine keeps it and tries again; whoever looks sees why. With room it is done."""
    data = bundle()
    await pulled.upload(data, until=300_000)
    monkeypatch.setattr(OsDisk, "free_bytes", lambda _self, _path: 1_000)
    with pytest.raises(aio.AioRpcError) as error:
        await pulled.upload(data)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    now = await pulled.now()
    assert (now.state, now.reason, now.bytes_done) == (OrderState.UPLOADING, "controller_disk_full", 300_000)
    monkeypatch.undo()
    assert await pulled.upload(data) == [300_000]
    assert ((await pulled.now()).state, (await pulled.now()).reason) == (OrderState.DONE, "")


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        (pb.UploadRequest(chunk=pb.UploadChunk(data=b"x")), "must begin with its start"),
        (
            pb.UploadRequest(start=pb.UploadStart(order_id="x", sha256=b"1" * 32, size_bytes=1)),
            "must be a UUID",
        ),
        (pb.UploadRequest(start=pb.UploadStart(sha256=b"1", size_bytes=1)), "must have 32 bytes"),
        (pb.UploadRequest(start=pb.UploadStart(sha256=b"1" * 32)), "at least 1"),
    ],
)
async def test_nonsense_is_refused_by_name(pulled: Pulled, request_: pb.UploadRequest, said: str) -> None:
    async with pulled.agent.channel() as channel:
        call = uploads_pb2_grpc.UploadServiceStub(channel).Upload()
        await call.write(request_)
        assert await call.code() is grpc.StatusCode.INVALID_ARGUMENT
        assert said in (await call.details() or "")


async def test_drafts_of_ended_orders_are_swept_out(pulled: Pulled) -> None:
    """What nobody finishes any more takes no room for ever; what is under way stays."""
    from controller.rpc.uploads import _drop_orphans

    drafts, orphan = pulled.station.blobs.drafts, UUID(int=7)
    await drafts.write(orphan, 0, b"left behind")
    await drafts.write(pulled.order.id, 0, b"arriving")
    await _drop_orphans(pulled.station.storage, drafts)
    assert drafts.keys() == (pulled.order.id,)
