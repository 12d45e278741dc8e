"""The two gRPC servers: 7443 for agents (mutual TLS), 7444 for enrolment (server authentication only)."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import grpc
from grpc import aio

from controller.blobs.folder import BlobFolder
from controller.core.actor import Actor, ActorKind
from controller.core.changes import Changes
from controller.core.errors import Conflict, VigiaError
from controller.detection.lookout import Lookout
from controller.fleet.allowance import LIMIT_BYTES, Allowance
from controller.fleet.identity import rotation
from controller.fleet.identity.authority import Authority, ServerIdentity
from controller.fleet.orders.store import queued_machines
from controller.fleet.store import banned_since
from controller.rpc import wire, witnesses
from controller.rpc.agents import AgentService
from controller.rpc.batcher import Batcher
from controller.rpc.enrolment import EnrolmentService
from controller.rpc.jobs import Answer, Clerk, Job
from controller.rpc.lab import LabService
from controller.rpc.stream import Desk, Ending
from controller.rpc.streams import Bucket, Streams
from controller.rpc.uploads import UploadService
from controller.storage import Storage
from protos.vigia.v1 import agent_pb2_grpc, enrolment_pb2_grpc, lab_pb2_grpc, uploads_pb2_grpc

_log = logging.getLogger(__name__)

STREAM_LIMIT_BYTES = 1024 * 1024
ENROLMENT_LIMIT_BYTES = 256 * 1024
_AGENTS = Actor(ActorKind.AGENT, "agent")
_BULK_WINDOW_S = 0.1
_SWEEP_S = 2.0
_ORDERS_S = 5.0
# A connection on which nothing is asked is closed, and one that never gets through TLS: else a few lines of a
# program that says nothing could hold every file we may open.
_UNASKED_MS = 60_000
_HANDSHAKE_MS = 20_000
RECOVERY = timedelta(days=90)


class RpcServers:
    """`start`, then `stop`. Ports may be 0; `agents_port` and `enrolment_port` are the bound ones.

    `public_host` is where agents reach us; `beat_interval_s` and `snapshot_interval_s` are told to them.
    The `lookout` must have been started before. Raises `Conflict` naming a port that is taken.
    """

    def __init__(
        self,
        storage: Storage,
        authority: Authority,
        lookout: Lookout,
        blobs: BlobFolder,
        *,
        bind: str = "127.0.0.1",
        agents_port: int = 7443,
        enrolment_port: int = 7444,
        public_host: str = "localhost",
        recovery: timedelta = RECOVERY,
        beat_interval_s: int = 15,
        snapshot_interval_s: int = 10,
        streams_per_s: float = 200.0,
        reuse_port: bool = False,
        is_tight: Callable[[], bool] = lambda: False,
        changes: Changes | None = None,
        evidence_limit_bytes: int = LIMIT_BYTES,
    ) -> None:
        self._storage = storage
        self._authority = authority
        self._lookout = lookout
        self._bind = bind
        self._public_host = public_host
        self._reuse_port = reuse_port
        self.agents_port = agents_port
        self.enrolment_port = enrolment_port
        clerk = Clerk(lookout.down, is_tight)
        self._urgent: Batcher[Job, Answer] = Batcher(storage, _AGENTS, clerk.perform)
        self._bulk: Batcher[Job, Answer] = Batcher(storage, _AGENTS, clerk.perform, window_s=_BULK_WINDOW_S)
        self.streams = Streams(storage.clock)
        inquiries = lookout.eyes.inquiries
        inquiries.ask = lambda machine_id, question: self.streams.tell(machine_id, witnesses.asked(question))
        allowance = Allowance(storage, evidence_limit_bytes)
        desk = Desk(
            storage.clock, lookout.presence, self._urgent, self._bulk, blobs, inquiries, allowance, is_tight
        )
        bucket = Bucket(storage.clock, streams_per_s)
        intervals_s = (beat_interval_s, snapshot_interval_s)
        self._agents = AgentService(storage, authority, desk, self.streams, bucket, intervals_s)
        self._labs = LabService(storage, blobs)
        self._enrolment = EnrolmentService(storage, authority, "", recovery)
        self._uploads = UploadService(storage, blobs, allowance)
        self._changes = changes
        self._asked = asyncio.Event()
        self._identity = authority.server_identity(storage.clock.now())
        self._tasks: list[asyncio.Task[None]] = []
        self._servers: list[aio.Server] = []

    async def start(self) -> None:
        agents = aio.server(options=self._options(STREAM_LIMIT_BYTES))
        enrolment = aio.server(options=self._options(ENROLMENT_LIMIT_BYTES))
        agent_pb2_grpc.add_AgentServiceServicer_to_server(self._agents, agents)
        uploads_pb2_grpc.add_UploadServiceServicer_to_server(self._uploads, agents)
        lab_pb2_grpc.add_LabServiceServicer_to_server(self._labs, agents)
        enrolment_pb2_grpc.add_EnrolmentServiceServicer_to_server(self._enrolment, enrolment)
        try:
            self.agents_port = self._open(agents, self.agents_port, "agents_port", mutual=True)
            self.enrolment_port = self._open(enrolment, self.enrolment_port, "enrolment_port", mutual=False)
        except Conflict:
            await agents.stop(0)
            await enrolment.stop(0)
            raise
        self._enrolment.agent_endpoint = f"{self._public_host}:{self.agents_port}"
        self._agents.enrolment_endpoint = f"{self._public_host}:{self.enrolment_port}"
        self._servers = [agents, enrolment]
        self._tasks = [
            asyncio.create_task(self._urgent.run(), name="findings"),
            asyncio.create_task(self._bulk.run(), name="metrics"),
            asyncio.create_task(self._sweep(), name="streams"),
            asyncio.create_task(self._uploads.sweep(), name="drafts"),
            asyncio.create_task(self._hand_out(), name="orders"),
            asyncio.create_task(self._listen(), name="asked"),
        ]
        await agents.start()
        await enrolment.start()
        _log.info("agents on %s:%d, enrolment on %d", self._bind, self.agents_port, self.enrolment_port)

    async def stop(self, grace_s: float = 3.0, retry_after_s: int = 5) -> None:
        """What was received is committed and acknowledged; agents are told when to come back."""
        ending = Ending("the controller is stopping", retry_after_s)
        self._agents.closing = ending
        self.streams.dismiss_all(ending.reason, ending.retry_after_s)
        await asyncio.gather(*(server.stop(grace_s) for server in self._servers))
        try:
            await asyncio.wait_for(asyncio.gather(self._urgent.drain(), self._bulk.drain()), grace_s)
        except TimeoutError:
            _log.warning("not everything received could be written; agents will send it again")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks, self._servers = [], []

    def _open(self, server: aio.Server, port: int, key: str, *, mutual: bool) -> int:
        address = f"[{self._bind}]:{port}" if ":" in self._bind else f"{self._bind}:{port}"
        try:
            return server.add_secure_port(address, self._credentials(mutual=mutual))
        except RuntimeError as error:
            raise Conflict(
                f"port {port} on {self._bind} is taken or may not be opened: stop what uses it, "
                f"or set {key} to another one"
            ) from error

    def _credentials(self, *, mutual: bool) -> grpc.ServerCredentials:
        """Asked anew at each handshake, so that a renewed certificate is shown without a restart."""
        shown: list[ServerIdentity] = [self._identity]

        def current() -> grpc.ServerCertificateConfiguration | None:
            if shown[0] is self._identity:
                return None
            shown[0] = self._identity
            return self._configuration(shown[0], mutual=mutual)

        first = self._configuration(self._identity, mutual=mutual)
        return grpc.dynamic_ssl_server_credentials(first, current, mutual)  # type: ignore[arg-type]

    def _configuration(
        self, identity: ServerIdentity, *, mutual: bool
    ) -> grpc.ServerCertificateConfiguration:
        root = self._authority.roots_pem if mutual else None
        return grpc.ssl_server_certificate_configuration([(identity.key, identity.certificate)], root)

    def _options(self, message_limit_bytes: int) -> list[tuple[str, int]]:
        """Each of these was tried (wire.md "Wire")."""
        return [
            ("grpc.so_reuseport", int(self._reuse_port)),
            ("grpc.max_receive_message_length", message_limit_bytes),
            ("grpc.max_concurrent_streams", 16),
            ("grpc.http2.bdp_probe", 0),
            ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ("grpc.http2.ping_timeout_ms", 10_000),
            ("grpc.keepalive_time_ms", 60_000),
            ("grpc.keepalive_timeout_ms", 10_000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.max_connection_idle_ms", _UNASKED_MS),
            ("grpc.server_handshake_timeout_ms", _HANDSHAKE_MS),
        ]

    async def _listen(self) -> None:
        """Something was asked for in this process: hand it out now."""
        if self._changes is None:
            return
        with self._changes.subscribe() as subscription:
            async for topic in subscription:
                if topic == "orders":
                    self._asked.set()

    async def _hand_out(self) -> None:
        """New orders go to the machines that are connected here, at once; those of other processes are found
        when it looks again by itself. The others get theirs when they connect."""
        while True:
            self._asked.clear()
            try:
                async with self._storage.reading() as connection:
                    waiting = await queued_machines(connection)
                await self.streams.hand_out(waiting)
            except Exception as error:  # the database may be away in many ways; orders must not end with it
                _log.warning("orders could not be handed out: %s", error)
            await self._storage.clock.wait(self._asked, _ORDERS_S)

    async def _follow_authority(self) -> None:
        """A root that was added or dropped, here or by another process: trusted from the next handshake on,
        and told to every machine that is connected."""
        now = self._storage.clock.now()
        try:
            changed = await rotation.follow(self._storage, self._authority)
        except VigiaError as error:
            changed = False
            _log.warning("the authority could not be looked at: %s", error)
        if changed or now >= self._identity.renew_at:
            self._identity = self._authority.server_identity(now)
        if changed:
            _log.warning(
                "roots in force now: %s", ", ".join(one.sha256[:16] for one in self._authority.roots)
            )
            self.streams.tell_all(wire.roots_item(self._authority))

    async def _sweep(self) -> None:
        """Banned machines out within 5 s, old and dead streams too; our own roots and certificate."""
        clock = self._storage.clock
        asked_at: datetime = clock.now() - timedelta(minutes=1)
        while True:
            await clock.sleep(_SWEEP_S)
            self.streams.sweep()
            await self._follow_authority()
            now = clock.now()
            try:
                async with self._storage.reading() as connection:
                    banned = await banned_since(connection, asked_at)
            except Exception as error:  # the database may be away in many ways; the sweep must not end
                _log.warning("bans could not be read: %s", error)
                continue
            # A ban is dated at the start of its unit: look back further than one takes.
            asked_at = now - timedelta(minutes=1)
            self.streams.dismiss(banned, "this machine is banned")
