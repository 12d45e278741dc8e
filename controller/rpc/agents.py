"""The servicer of the mutual-TLS port: who speaks comes from the TLS peer, never from a field."""

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import grpc
from grpc import aio

from controller.core.actor import Actor, ActorKind
from controller.core.errors import Invalid, Unavailable, VigiaError
from controller.fleet import actions as fleet
from controller.fleet.actions import Rejection
from controller.fleet.identity.authority import Authority, Peer, read_peer
from controller.fleet.intake.cursor import Lane
from controller.fleet.orders import store as orders
from controller.rpc import wire
from controller.rpc.errors import STATUS
from controller.rpc.jobs import Greet
from controller.rpc.stream import Desk, Ending, Stream
from controller.rpc.streams import Bucket, Streams
from controller.storage import Storage
from protos.vigia.v1 import agent_pb2 as pb
from protos.vigia.v1 import agent_pb2_grpc

_log = logging.getLogger(__name__)

Context = aio.ServicerContext[pb.ConnectRequest, pb.ConnectResponse]
_HELLO_S = 20.0
_LAST_WORDS_S = 3.0
# Jittered between 0.8 and 1 of this, so that a fleet that came together does not leave together.
AGE_LIMIT_S = 12 * 3_600.0


class AgentService(agent_pb2_grpc.AgentServiceServicer):
    def __init__(
        self,
        storage: Storage,
        authority: Authority,
        desk: Desk,
        streams: Streams,
        bucket: Bucket,
        intervals_s: tuple[int, int],
    ) -> None:
        self._storage = storage
        self._authority = authority
        self._desk = desk
        self._streams = streams
        self._bucket = bucket
        self._beat_s, self._snapshot_s = intervals_s
        self.enrolment_endpoint = ""
        self.closing: Ending | None = None

    async def Connect(  # type: ignore[override]  # noqa: N802 - the stub's name; it does not know aio's way
        self,
        request_iterator: AsyncIterator[pb.ConnectRequest],  # noqa: ARG002 - `read` is used, never both
        context: Context,
    ) -> None:
        peer = await peer_of(context)
        retry_after_s = self._bucket.retry_after_s()
        if self.closing is not None or retry_after_s:
            # It lives, and shall not be called silent for our refusal.
            self._desk.presence.heard(peer.agent_id)
            ending = self.closing or Ending("too many connections at once", retry_after_s)
            await _say(context, [wire.farewell(ending.reason, ending.retry_after_s)])
            return
        welcomed = await self._welcome(peer, context)
        if welcomed is None:
            return
        stream, more = welcomed
        self._streams.enter(stream)
        self._desk.presence.arrived(peer.agent_id)
        try:
            await self._say_orders(stream)
            ending_or_none = await stream.run(more)
            await _say(context, stream.last_words())
            if ending_or_none is not None and ending_or_none.invalid:
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, ending_or_none.reason)
        finally:
            self._streams.leave(stream)
            self._desk.presence.left(peer.agent_id)

    async def _say_orders(self, stream: Stream) -> None:
        """Most machines have none, and cost a look each."""
        try:
            async with self._storage.reading() as connection:
                waiting = await orders.unfinished(connection, stream.machine_id)
            if waiting:
                await stream.hand_out()
        except Unavailable as error:
            stream.close(Ending(str(error), retry_after_s=15))

    async def _welcome(self, peer: Peer, context: Context) -> tuple[Stream, list[pb.AgentItem]] | None:
        """From the hello to the welcome; the stream, and what else came with the hello. None when the agent
        was told to come later."""
        clock, agent_clock = self._desk.clock, wire.AgentClock()
        try:
            first = await asyncio.wait_for(context.read(), _HELLO_S)
        except TimeoutError:
            await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, f"no hello within {_HELLO_S:.0f} s")
        items = list(getattr(first, "items", ()))
        if not items or items[0].WhichOneof("item") != "hello":
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "a stream begins with a hello")
        received_at = clock.now()
        try:
            greeting = wire.greeting(items[0].hello, received_at, agent_clock)
            answer = await self._desk.urgent.ask(Greet(peer, greeting))
        except Invalid as error:
            await context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        except VigiaError as error:
            self._desk.presence.heard(peer.agent_id)
            await _say(context, [wire.farewell(str(error), retry_after_s=15)])
            return None
        if isinstance(answer, Rejection):
            known = grpc.StatusCode.PERMISSION_DENIED if answer.known else grpc.StatusCode.UNAUTHENTICATED
            await context.abort(known, answer.reason)
        assert isinstance(answer, dict)
        life_s = (peer.not_after - received_at).total_seconds()
        age_s = AGE_LIMIT_S * self._storage.chance.uniform(0.8, 1.0)
        expires_s = clock.monotonic() + min(life_s, age_s)
        told = greeting.faults_acknowledged
        stream = Stream(
            context,
            peer,
            greeting.spool_epoch,
            agent_clock,
            received_at,
            expires_s,
            self._desk,
            refill_to=told if told > answer.get(Lane.FAULTS, 0) else 0,
        )
        welcome = wire.welcome(
            peer.agent_id, clock.now(), self._beat_s, self._snapshot_s, greeting.spool_epoch, answer
        )
        welcome.welcome.roots.CopyFrom(wire.roots(self._authority))
        welcome.welcome.enrolment_endpoint = self.enrolment_endpoint
        await context.write(pb.ConnectResponse(items=[welcome]))
        return stream, items[1:]

    async def Renew(  # noqa: N802 - the stub's name
        self, request: pb.RenewRequest, context: Any
    ) -> pb.RenewResponse:
        peer = await peer_of(context)
        actor = Actor(ActorKind.AGENT, str(peer.agent_id), peer.agent_id)
        refused: Rejection | None = None
        certificate = b""
        try:
            async with self._storage.unit(actor) as unit:
                refused = await fleet.recognise(unit, peer, labs=None)
                if refused is None:
                    trusted = [one.hex() for one in request.root_sha256]
                    certificate = await fleet.renew(unit, self._authority, peer, request.csr_der, trusted)
        except VigiaError as error:
            await context.abort(STATUS[type(error)], str(error))
        if refused is not None:
            known = grpc.StatusCode.PERMISSION_DENIED if refused.known else grpc.StatusCode.UNAUTHENTICATED
            await context.abort(known, refused.reason)
        return pb.RenewResponse(certificate_der=certificate, roots=wire.roots(self._authority))


async def peer_of(context: Any) -> Peer:
    """Who TLS says it is; aborts for a certificate of ours that is no agent's."""
    for pem in context.auth_context().get("x509_pem_cert", ()):
        found = read_peer(pem)
        if found is not None:
            return found
    await context.abort(grpc.StatusCode.UNAUTHENTICATED, "this certificate is no agent's")
    raise AssertionError("abort does not return")


async def _say(context: Context, items: list[pb.ControllerItem]) -> None:
    """Last words reach who still listens; nobody else is waited for."""
    if not items:
        return
    try:
        await asyncio.wait_for(context.write(pb.ConnectResponse(items=items)), _LAST_WORDS_S)
    except (TimeoutError, aio.AioRpcError, aio.InternalError, asyncio.InvalidStateError, aio.UsageError):
        _log.debug("an agent left before the last words")
