"""A controller for the agent's tests: real grpc.aio, real certificates, a memory instead of a database.

It commits what it hears, acknowledges at once, asks for what is missing, and can be told to misbehave.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Self

import grpc
import grpc.aio

from protos.vigia.v1 import agent_pb2 as pb
from protos.vigia.v1 import agent_pb2_grpc, enrolment_pb2, enrolment_pb2_grpc
from tests.support.agent_authority import TestAuthority

Items = AsyncIterator[pb.ConnectRequest]


class ListeningController(agent_pb2_grpc.AgentServiceServicer, enrolment_pb2_grpc.EnrolmentServiceServicer):
    """`items` is all that was heard, in order; `committed` what was acknowledged, by (lane, sequence)."""

    def __init__(self, authority: TestAuthority | None = None) -> None:
        self.authority = authority or TestAuthority()
        self.items: list[pb.AgentItem] = []
        self.committed: dict[tuple[int, int], pb.Spooled] = {}
        self.seen = asyncio.Event()
        self.streams = 0
        self.silent = False
        self.acknowledges = True
        self.epoch: str | None = None
        self.claims_too_much = False
        self.farewell: pb.Farewell | None = None
        self.to_say: asyncio.Queue[pb.ControllerItem] = asyncio.Queue()
        self.beat_interval_s = 10
        self.snapshot_interval_s = 10
        self.token = "token-of-the-tests"
        self.requests: list[bytes] = []
        self.replies_lost = 0
        self.port = 0
        self.enrolment_port = 0
        self._server: grpc.aio.Server | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Opens both ports, on the same numbers when it was started before."""
        key, certificate = self.authority.controller()
        root = self.authority.root_pem.encode()
        mutual = grpc.ssl_server_credentials([(key, certificate)], root, require_client_auth=True)
        one_way = grpc.ssl_server_credentials([(key, certificate)])
        self._server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        agent_pb2_grpc.add_AgentServiceServicer_to_server(self, self._server)
        enrolment_pb2_grpc.add_EnrolmentServiceServicer_to_server(self, self._server)
        self.port = self._server.add_secure_port(f"127.0.0.1:{self.port}", mutual)
        self.enrolment_port = self._server.add_secure_port(f"127.0.0.1:{self.enrolment_port}", one_way)
        await self._server.start()

    async def stop(self) -> None:
        """All streams break."""
        if self._server is not None:
            await self._server.stop(None)

    async def until(self, what: Any, timeout_s: float = 10.0) -> None:
        """Waits until `what()` holds, looking again whenever something was heard."""
        end = time.monotonic() + timeout_s
        while not what():
            left_s = end - time.monotonic()
            assert left_s > 0, f"not seen in {timeout_s} s; heard: {[self.kind(item) for item in self.items]}"
            self.seen.clear()
            try:
                await asyncio.wait_for(self.seen.wait(), min(left_s, 0.2))
            except TimeoutError:
                continue

    @staticmethod
    def kind(item: pb.AgentItem) -> str:
        return item.WhichOneof("item") or "nothing"

    def heard(self, kind: str) -> list[pb.AgentItem]:
        return [item for item in self.items if self.kind(item) == kind]

    def findings(self) -> list[str]:
        """Ids of the committed findings, in the order of their sequence."""
        return [
            message.finding.finding_id
            for (lane, _), message in sorted(self.committed.items())
            if lane == pb.LANE_FAULTS and message.WhichOneof("record") == "finding"
        ]

    # -- services --------------------------------------------------------------------------------------

    async def Connect(self, requests: Items, context: Any) -> AsyncIterator[pb.ConnectResponse]:
        self.streams += 1
        outgoing: asyncio.Queue[pb.ConnectResponse | None] = asyncio.Queue()
        listener = asyncio.create_task(self._listen(requests, outgoing))
        speaker = asyncio.create_task(self._speak(outgoing))
        try:
            while (response := await outgoing.get()) is not None:
                yield response
        finally:
            listener.cancel()
            speaker.cancel()

    async def _listen(self, requests: Items, outgoing: asyncio.Queue[pb.ConnectResponse | None]) -> None:
        epoch = ""
        async for request in requests:
            acks: dict[int, int] = {}
            for item in request.items:
                self.items.append(item)
                self.seen.set()
                if self.silent:
                    continue
                if item.HasField("hello"):
                    epoch = item.hello.spool_epoch
                    await outgoing.put(self._welcome(epoch))
                elif item.HasField("spooled") and self.acknowledges:
                    self.committed[item.spooled.lane, item.spooled.sequence] = item.spooled
                    acks[item.spooled.lane] = item.spooled.sequence
            for lane, sequence in acks.items():
                ack = pb.Ack(spool_epoch=epoch, lane=pb.Lane.ValueType(lane), up_to_sequence=sequence)
                await outgoing.put(pb.ConnectResponse(items=[pb.ControllerItem(ack=ack)]))
            if self.farewell is not None:
                await outgoing.put(pb.ConnectResponse(items=[pb.ControllerItem(farewell=self.farewell)]))
        await outgoing.put(None)

    async def _speak(self, outgoing: asyncio.Queue[pb.ConnectResponse | None]) -> None:
        while True:
            await outgoing.put(pb.ConnectResponse(items=[await self.to_say.get()]))

    def _welcome(self, epoch: str) -> pb.ConnectResponse:
        if self.epoch not in (None, epoch):
            self.committed.clear()
        self.epoch = epoch
        resume = []
        for lane in (pb.LANE_FAULTS, pb.LANE_METRICS):
            known = [sequence for held, sequence in self.committed if held == lane]
            highest = 10**9 if self.claims_too_much else max(known, default=0)
            resume.append(pb.Ack(spool_epoch=epoch, lane=lane, up_to_sequence=highest))
        welcome = pb.Welcome(
            agent_id="agent-of-the-tests",
            controller_time_unix_ms=int(time.time() * 1000),
            beat_interval_s=self.beat_interval_s,
            snapshot_interval_s=self.snapshot_interval_s,
            resume=resume,
        )
        return pb.ConnectResponse(items=[pb.ControllerItem(welcome=welcome)])

    async def Renew(self, request: pb.RenewRequest, context: Any) -> pb.RenewResponse:
        self.requests.append(request.csr_der)
        await self._perhaps_lose_reply(context)
        return pb.RenewResponse(certificate_der=self.authority.answer(request.csr_der))

    async def Enrol(self, request: enrolment_pb2.EnrolRequest, context: Any) -> enrolment_pb2.EnrolResponse:
        self.requests.append(request.csr_der)
        if request.token != self.token:
            await context.abort(grpc.StatusCode.PERMISSION_DENIED, "this token cannot be used")
        await self._perhaps_lose_reply(context)
        return enrolment_pb2.EnrolResponse(
            certificate_der=self.authority.answer(request.csr_der),
            agent_id="agent-of-the-tests",
            agent_endpoint=self.endpoint,
        )

    async def _perhaps_lose_reply(self, context: Any) -> None:
        if self.replies_lost:
            self.replies_lost -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the line broke")
