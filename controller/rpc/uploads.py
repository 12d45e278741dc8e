"""The servicer of uploads: chunks in, on a channel of their own; `stored` only after fsync and commit."""

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import grpc
from grpc import aio

from controller.blobs.drafts import DiskFull, Drafts
from controller.blobs.folder import BlobFolder
from controller.core.actor import Actor, ActorKind
from controller.core.errors import Conflict, Invalid, TooMuch, Unavailable, VigiaError
from controller.diagnostics import pulls
from controller.diagnostics.viewer import fault_of
from controller.fleet import actions as fleet
from controller.fleet.allowance import Allowance, Lack
from controller.fleet.orders import actions as orders
from controller.fleet.orders import store as order_rows
from controller.fleet.orders.order import OrderState
from controller.rpc.agents import peer_of
from controller.rpc.errors import STATUS
from controller.rpc.orders import order_id as order_id_of
from controller.rpc.wire import AgentClock
from controller.storage import Storage
from protos.vigia.v1 import uploads_pb2 as pb
from protos.vigia.v1 import uploads_pb2_grpc

_log = logging.getLogger(__name__)

CHUNK_LIMIT_BYTES = 256 * 1024
_AT_ONCE = 8
_SYNC_EVERY_BYTES = 8 * 1024 * 1024
# People watch it: often enough to live, seldom enough to cost nothing.
_TELL_EVERY_S = 1.0
_SILENCE_S = 60.0
_BUSY_RETRY_S = 15
_DAMAGED_MAX = 2
_SWEEP_S = 3_600.0

Context = aio.ServicerContext[pb.UploadRequest, pb.UploadResponse]


class UploadService(uploads_pb2_grpc.UploadServiceServicer):
    """At most one upload an order, and eight at once: the others wait as told."""

    def __init__(self, storage: Storage, blobs: BlobFolder, allowance: Allowance) -> None:
        self._storage = storage
        self._allowance = allowance
        self._blobs = blobs
        self._drafts = blobs.drafts
        self._live: dict[UUID, _Arrival] = {}
        self._damaged: Counter[UUID] = Counter()

    async def Upload(  # type: ignore[override]  # noqa: N802 - the stub's name; it does not know aio's way
        self,
        request_iterator: Any,  # noqa: ARG002 - `read` is used, never both
        context: Context,
    ) -> None:
        peer = await peer_of(context)
        try:
            async with self._storage.unit(Actor(ActorKind.AGENT, "agent", peer.agent_id)) as unit:
                rejection = await fleet.recognise(unit, peer)
            if rejection is None:
                await self._take(context, peer.agent_id)
        except VigiaError as error:
            code = grpc.StatusCode.RESOURCE_EXHAUSTED if isinstance(error, DiskFull) else STATUS[_kind(error)]
            await context.abort(code, str(error))
        if rejection is not None:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, rejection.reason)

    async def _take(self, context: Context, machine_id: UUID) -> None:
        start = await self._next(context)
        if start is None or start.WhichOneof("item") != "start":
            raise Invalid("upload", "must begin with its start")
        arrival = _arrival(start.start, machine_id, self._storage.clock.now())
        previous = self._live.pop(arrival.order_id, None)
        if previous is not None:
            # The line broke and we have not noticed: the new one is the one that lives.
            await previous.end()
        if len(self._live) >= _AT_ONCE:
            raise TooMuch(f"{_AT_ONCE} uploads are under way; try again in {_BUSY_RETRY_S} s", _BUSY_RETRY_S)
        arrival.task = asyncio.current_task()
        self._live[arrival.order_id] = arrival
        try:
            await self._receive(context, arrival)
        finally:
            self._leave(arrival)
            arrival.gone.set()

    def _leave(self, arrival: "_Arrival") -> None:
        if self._live.get(arrival.order_id) is arrival:
            del self._live[arrival.order_id]

    async def _receive(self, context: Context, arrival: "_Arrival") -> None:
        arrival.offset = min(await self._drafts.size(arrival.order_id), arrival.size_bytes)
        async with self._storage.unit(arrival.actor) as unit:
            order = await orders.begin_upload(
                unit, arrival.machine_id, arrival.order_id, arrival.size_bytes, arrival.offset
            )
        if order.state is OrderState.DONE:
            await context.write(pb.UploadResponse(stored=pb.UploadStored()))
            return
        if order.state.is_end:
            raise Conflict(f"this order has {order.state.value}: {order.reason}")
        if await self._allowance.lacks(arrival.machine_id, arrival.size_bytes):
            await self._drafts.drop(arrival.order_id)
            await self._fail(arrival, Lack.QUOTA.value, self._allowance.in_words)
        try:
            await self._drafts.check_room(arrival.size_bytes - arrival.offset)
            await context.write(pb.UploadResponse(**{"from": pb.UploadFrom(offset=arrival.offset)}))  # type: ignore[arg-type]
            while not await self._whole(context, arrival):
                await context.write(pb.UploadResponse(**{"from": pb.UploadFrom(offset=0)}))  # type: ignore[arg-type]
        except DiskFull as error:
            _log.error("upload waits order=%s: %s", arrival.order_id, error)
            await self._tell(arrival, reason="controller_disk_full")
            raise
        finally:
            await self._tell_end(arrival)

    async def _whole(self, context: Context, arrival: "_Arrival") -> bool:
        """Until all has arrived and is stored; False when it was damaged, and has to come again."""
        synced, told_s = arrival.offset, self._storage.clock.monotonic()
        while arrival.offset < arrival.size_bytes:
            request = await self._next(context)
            if request is None:
                raise Unavailable("the upload ended before its end")
            chunk = _chunk(request, arrival)
            await self._drafts.write(arrival.order_id, arrival.offset, chunk)
            arrival.offset += len(chunk)
            if arrival.offset - synced >= _SYNC_EVERY_BYTES:
                await self._drafts.sync(arrival.order_id)
                synced = arrival.offset
            if self._storage.clock.monotonic() - told_s >= _TELL_EVERY_S:
                await self._tell(arrival)
                told_s = self._storage.clock.monotonic()
        await self._tell(arrival)
        if await self._drafts.digest(arrival.order_id) != arrival.sha256:
            return await self._begin_again(arrival)
        await self._store(arrival)
        await context.write(pb.UploadResponse(stored=pb.UploadStored()))
        return True

    async def _begin_again(self, arrival: "_Arrival") -> bool:
        """What had arrived is not what was promised: after a power cut of ours, once; else it is refused."""
        await self._drafts.drop(arrival.order_id)
        arrival.offset = 0
        self._damaged[arrival.order_id] += 1
        _log.warning("upload damaged order=%s times=%d", arrival.order_id, self._damaged[arrival.order_id])
        if self._damaged[arrival.order_id] >= _DAMAGED_MAX:
            await self._fail(arrival, "bundle_damaged", "its SHA-256 is not the promised one")
        return False

    async def _store(self, arrival: "_Arrival") -> None:
        """Checked as something that a stranger sent, then kept, then said in the case."""
        fault = await asyncio.to_thread(fault_of, self._drafts.path(arrival.order_id))
        if fault:
            await self._drafts.drop(arrival.order_id)
            await self._fail(arrival, "bundle_unreadable", fault)
        await self._drafts.keep(arrival.order_id, arrival.sha256)
        async with self._storage.unit(arrival.actor) as unit:
            order = await pulls.receive(
                unit, arrival.order_id, arrival.sha256, arrival.size_bytes, arrival.taken_at
            )
        if order is None:
            raise Conflict("this order has ended meanwhile")
        self._damaged.pop(arrival.order_id, None)
        _log.info("bundle stored order=%s bytes=%d", arrival.order_id, arrival.size_bytes)

    async def _fail(self, arrival: "_Arrival", reason: str, detail: str) -> None:
        self._damaged.pop(arrival.order_id, None)
        async with self._storage.unit(arrival.actor) as unit:
            await orders.fail(unit, arrival.order_id, reason, detail[:500])
        raise Conflict(f"the bundle is refused: {detail}")

    async def _tell(self, arrival: "_Arrival", reason: str = "") -> None:
        async with self._storage.unit(arrival.actor) as unit:
            is_wanted = await orders.note_arrived(unit, arrival.order_id, arrival.offset, reason)
        arrival.told = arrival.offset
        if not is_wanted:
            await self._drafts.drop(arrival.order_id)
            raise Conflict("this order has ended meanwhile: nothing is taken for it any more")

    async def _tell_end(self, arrival: "_Arrival") -> None:
        """A cut line leaves the true offset behind, not the one of the last second."""
        if arrival.told != arrival.offset:
            try:
                await self._tell(arrival)
            except (VigiaError, asyncio.CancelledError) as error:
                _log.debug("offset not noted order=%s: %s", arrival.order_id, error)

    async def _next(self, context: Context) -> pb.UploadRequest | None:
        try:
            message: object = await asyncio.wait_for(context.read(), _SILENCE_S)
        except TimeoutError:
            raise Unavailable(f"nothing came for {_SILENCE_S:.0f} s") from None
        return message if isinstance(message, pb.UploadRequest) else None

    async def sweep(self) -> None:
        """Drafts whose order has ended are dropped: at start, and each hour until cancelled."""
        while True:
            try:
                await _drop_orphans(self._storage, self._drafts)
            except (VigiaError, OSError) as error:
                _log.warning("drafts could not be looked through: %s", error)
            await self._storage.clock.sleep(_SWEEP_S)


class _Arrival:
    """One upload under way. `offset` is how much is here."""

    def __init__(
        self, machine_id: UUID, order_id: UUID, sha256: str, size_bytes: int, taken_at: datetime
    ) -> None:
        self.machine_id = machine_id
        self.order_id = order_id
        self.sha256 = sha256
        self.size_bytes = size_bytes
        self.taken_at = taken_at
        self.offset = self.told = 0
        self.actor = Actor(ActorKind.AGENT, "agent", machine_id)
        self.task: asyncio.Task[Any] | None = None
        self.gone = asyncio.Event()

    async def end(self) -> None:
        if self.task is not None:
            self.task.cancel()
        await self.gone.wait()


def _arrival(start: pb.UploadStart, machine_id: UUID, now: datetime) -> _Arrival:
    """Raises `Invalid`."""
    if len(start.sha256) != 32:
        raise Invalid("start.sha256", "must have 32 bytes")
    if start.size_bytes < 1:
        raise Invalid("start.size_bytes", "must be at least 1")
    order_id = order_id_of("start.order_id", start.order_id)
    taken_at = AgentClock().ours("start.taken_at_unix_ms", start.taken_at_unix_ms, now)
    taken_at = max(taken_at, now - timedelta(days=30))
    return _Arrival(machine_id, order_id, start.sha256.hex(), start.size_bytes, taken_at)


def _chunk(request: pb.UploadRequest, arrival: _Arrival) -> bytes:
    """Raises `Invalid`."""
    if request.WhichOneof("item") != "chunk":
        raise Invalid("upload", "only chunks may follow its start")
    data = request.chunk.data
    if not 0 < len(data) <= CHUNK_LIMIT_BYTES:
        raise Invalid("chunk.data", f"must have from 1 to {CHUNK_LIMIT_BYTES} bytes")
    if request.chunk.offset != arrival.offset or arrival.offset + len(data) > arrival.size_bytes:
        raise Invalid("chunk.offset", f"must go on from {arrival.offset}, to {arrival.size_bytes} at most")
    return data


async def _drop_orphans(storage: Storage, drafts: Drafts) -> None:
    lying = await asyncio.to_thread(drafts.keys)
    if not lying:
        return
    async with storage.reading() as connection:
        wanted = await order_rows.unfinished_ids(connection, lying)
    for key in set(lying) - wanted:
        await drafts.drop(key)


def _kind(error: VigiaError) -> type[VigiaError]:
    return next(kind for kind in type(error).__mro__ if kind in STATUS)
