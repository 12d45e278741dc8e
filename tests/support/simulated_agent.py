"""An agent without a machine: a real gRPC client with its own key, certificate and durable list.

It enrols, connects with mutual TLS, sends findings and snapshots, keeps what is not acknowledged, and
reconnects. Hundreds of them fit in one process.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID, uuid4

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from grpc import aio

from protos.vigia.v1 import agent_pb2 as pb
from protos.vigia.v1 import agent_pb2_grpc, enrolment_pb2, enrolment_pb2_grpc

OPTIONS: list[tuple[str, int | str]] = [
    ("grpc.ssl_target_name_override", "controller.vigia"),
    # Without it a hundred equal channels share one TCP connection (wire.md).
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.max_send_message_length", 16 * 1024 * 1024),
]
FAULTS, METRICS = pb.LANE_FAULTS, pb.LANE_METRICS


def milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000)


def private_key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def signing_request(key: ec.EllipticCurvePrivateKey, name: str = "a name that is ignored") -> bytes:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.DER)


def pem(certificate_der: bytes) -> bytes:
    return x509.load_der_x509_certificate(certificate_der).public_bytes(serialization.Encoding.PEM)


@dataclass
class Received:
    """What the controller said on the last stream."""

    welcome: pb.Welcome | None = None
    resends: list[pb.Resend] = field(default_factory=list)
    refusals: list[pb.Refusal] = field(default_factory=list)
    farewell: pb.Farewell | None = None
    orders: list[pb.Order] = field(default_factory=list)


class SimulatedAgent:
    """`root_pem` is pinned. `spool` (lane -> sequence -> record) is the durable list: what is in it was not
    acknowledged yet; `acknowledged_ids` are findings that the controller said it has committed."""

    def __init__(
        self,
        root_pem: bytes,
        host_name: str = "simulated",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.root_pem = root_pem
        self.host_name = host_name
        self.now = now
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.certificate_der = b""
        self.agent_id: UUID | None = None
        self.endpoint = ""
        self.epoch = uuid4().hex
        self.boot_id = uuid4().hex
        self.next_sequence: dict[int, int] = {FAULTS: 1, METRICS: 1}
        self.spool: dict[int, dict[int, pb.Spooled]] = {FAULTS: {}, METRICS: {}}
        self.open: dict[str, pb.Finding] = {}
        self.acknowledged_ids: list[tuple[str, int]] = []
        self.layouts: dict[int, pb.Layout] = {}
        self.received = Received()
        self._channel: aio.Channel | None = None
        self._call: aio.StreamStreamCall[pb.ConnectRequest, pb.ConnectResponse] | None = None
        self._listener: asyncio.Task[None] | None = None
        self._heard = asyncio.Event()

    # -- identity ----------------------------------------------------------------------------------

    async def enrol(self, endpoint: str, token: str) -> None:
        """Raises `aio.AioRpcError` when the controller refuses."""
        credentials = grpc.ssl_channel_credentials(self.root_pem)
        async with aio.secure_channel(endpoint, credentials, OPTIONS) as channel:
            reply = await enrolment_pb2_grpc.EnrolmentServiceStub(channel).Enrol(
                enrolment_pb2.EnrolRequest(
                    token=token,
                    csr_der=signing_request(self.key),
                    host_name=self.host_name,
                    agent_version="0",
                )
            )
        self.certificate_der = reply.certificate_der
        self.agent_id = UUID(reply.agent_id)
        self.endpoint = reply.agent_endpoint

    def channel(self) -> aio.Channel:
        credentials = grpc.ssl_channel_credentials(
            self.root_pem, private_key_pem(self.key), pem(self.certificate_der)
        )
        return aio.secure_channel(self.endpoint, credentials, OPTIONS)

    async def renew(self) -> None:
        """A new key and its certificate; the next `connect` uses it."""
        key = ec.generate_private_key(ec.SECP256R1())
        async with self.channel() as channel:
            reply = await agent_pb2_grpc.AgentServiceStub(channel).Renew(
                pb.RenewRequest(csr_der=signing_request(key))
            )
        self.key, self.certificate_der = key, reply.certificate_der

    # -- the stream --------------------------------------------------------------------------------

    def hello(self, **changes: object) -> pb.Hello:
        hello = pb.Hello(
            agent_version="0",
            host_name=self.host_name,
            os_name="Simulated",
            role="server",
            boot_id=self.boot_id,
            boot_at_unix_ms=milliseconds(self.now()) - 3_600_000,
            sent_at_unix_ms=milliseconds(self.now()),
            spool_epoch=self.epoch,
        )
        hello.MergeFrom(pb.Hello(**changes))  # type: ignore[arg-type]
        return hello

    async def connect(self, hello: pb.Hello | None = None, *, replay: bool = True) -> None:
        """Say hello, wait for the welcome, send what is in the spool. Raises `aio.AioRpcError`."""
        await self.disconnect()
        self.received = Received()
        self._channel = self.channel()
        self._call = agent_pb2_grpc.AgentServiceStub(self._channel).Connect()
        await self.write(pb.AgentItem(hello=hello or self.hello()))
        first = await self._call.read()
        if not isinstance(first, pb.ConnectResponse):
            raise await self._error()
        self._take(first)
        self._listener = asyncio.create_task(self._listen(self._call))
        if replay and self.received.farewell is None:
            await self.state_conditions()
            for layout in self.layouts.values():
                await self.write(pb.AgentItem(layout=layout))
            for lane in (FAULTS, METRICS):
                waiting = [pb.AgentItem(spooled=one) for one in self.spool[lane].values()]
                for start in range(0, len(waiting), 16):
                    await self.write(*waiting[start : start + 16])

    async def disconnect(self) -> None:
        """As a cable that is pulled: no goodbye."""
        if self._call is not None:
            self._call.cancel()
        if self._listener is not None:
            await asyncio.gather(self._listener, return_exceptions=True)
        if self._channel is not None:
            await self._channel.close()
        self._call = self._channel = self._listener = None

    async def write(self, *items: pb.AgentItem) -> None:
        assert self._call is not None
        await self._call.write(pb.ConnectRequest(items=items))

    async def end(self) -> grpc.StatusCode:
        """Wait for the controller to end the stream, and for its last words to be read; its status."""
        assert self._call is not None
        code = await self._call.code()
        if self._listener is not None:
            await asyncio.gather(self._listener, return_exceptions=True)
        return code

    async def error_text(self) -> str:
        assert self._call is not None
        return await self._call.details() or ""

    async def _error(self) -> Exception:
        assert self._call is not None
        code, details = await self._call.code(), await self._call.details()
        return aio.AioRpcError(code, aio.Metadata(), aio.Metadata(), details)

    async def _listen(self, call: aio.StreamStreamCall[pb.ConnectRequest, pb.ConnectResponse]) -> None:
        try:
            while isinstance(message := await call.read(), pb.ConnectResponse):
                self._take(message)
                for resend in self.received.resends:
                    again = [
                        pb.AgentItem(spooled=self.spool[resend.lane][sequence])
                        for sequence in range(resend.from_sequence, resend.to_sequence + 1)
                        if sequence in self.spool[resend.lane]
                    ]
                    if again:
                        await self.write(*again)
        except (aio.AioRpcError, asyncio.InvalidStateError):
            pass
        finally:
            self._heard.set()

    def _take(self, message: pb.ConnectResponse) -> None:
        for item in message.items:
            match item.WhichOneof("item"):
                case "welcome":
                    self.received.welcome = item.welcome
                    for ack in item.welcome.resume:
                        self._acknowledge(ack)
                case "ack":
                    self._acknowledge(item.ack)
                case "resend":
                    self.received.resends.append(item.resend)
                case "refusal":
                    self.received.refusals.append(item.refusal)
                case "order":
                    self.received.orders.append(item.order)
                case "farewell":
                    self.received.farewell = item.farewell
        self._heard.set()

    def _acknowledge(self, ack: pb.Ack) -> None:
        if ack.spool_epoch != self.epoch:
            return
        spool = self.spool[ack.lane]
        for sequence in [sequence for sequence in spool if sequence <= ack.up_to_sequence]:
            record = spool.pop(sequence)
            if record.WhichOneof("record") == "finding":
                self.acknowledged_ids.append((record.finding.finding_id, record.finding.state))

    async def settled(self, timeout_s: float = 10.0) -> None:
        """Until all that was put is acknowledged."""
        async with asyncio.timeout(timeout_s):
            while any(self.spool.values()):
                self._heard.clear()
                await self._heard.wait()

    # -- what it says ------------------------------------------------------------------------------

    def put(self, lane: int, **record: object) -> pb.Spooled:
        """Into the spool, to be sent with `send` or the next `connect`."""
        sequence = self.next_sequence[lane]
        self.next_sequence[lane] += 1
        spooled = pb.Spooled(lane=pb.Lane.ValueType(lane), sequence=sequence, **record)  # type: ignore[arg-type]
        self.spool[lane][sequence] = spooled
        return spooled

    async def send(self, *records: pb.Spooled) -> None:
        await self.write(*(pb.AgentItem(spooled=record) for record in records))

    def raised(
        self,
        rule: str = "watch.down",
        object: str = "web",  # noqa: A002 - the finding's own word
        *,
        ago: timedelta = timedelta(),
        severity: pb.Severity.ValueType = pb.SEVERITY_CRITICAL,
        facts: Mapping[str, str] | None = None,
    ) -> pb.Spooled:
        """A new finding of this machine, in the spool."""
        at = milliseconds(self.now() - ago)
        finding = pb.Finding(
            finding_id=str(uuid4()),
            rule=rule,
            object=object,
            state=pb.FINDING_STATE_RAISED,
            proposed_severity=severity,
            began_at_unix_ms=at,
            observed_at_unix_ms=at,
            facts=facts or {},
        )
        self.open[finding.finding_id] = finding
        return self.put(FAULTS, finding=finding)

    def cleared(self, raised: pb.Spooled, *, ago: timedelta = timedelta()) -> pb.Spooled:
        """The end of a finding, in the spool."""
        at = milliseconds(self.now() - ago)
        finding = pb.Finding()
        finding.CopyFrom(raised.finding)
        finding.state = pb.FINDING_STATE_CLEARED
        finding.began_at_unix_ms = finding.observed_at_unix_ms = at
        self.open.pop(finding.finding_id, None)
        return self.put(FAULTS, finding=finding)

    def evidence(self, raised: pb.Spooled, bundle: bytes) -> pb.Spooled:
        evidence = pb.Evidence(
            finding_id=raised.finding.finding_id,
            sha256=sha256(bundle).digest(),
            bundle=bundle,
            taken_at_unix_ms=milliseconds(self.now()),
        )
        return self.put(FAULTS, evidence=evidence)

    async def learn_layout(self, names: list[str], layout_id: int = 1) -> None:
        series = [pb.Series(name=name, unit="1") for name in names]
        self.layouts[layout_id] = pb.Layout(layout_id=layout_id, series=series)
        await self.write(pb.AgentItem(layout=self.layouts[layout_id]))

    def snapshot(
        self, values: list[float], *, ago: timedelta = timedelta(), layout_id: int = 1
    ) -> pb.Spooled:
        taken = milliseconds(self.now() - ago)
        return self.put(
            METRICS, snapshot=pb.Snapshot(layout_id=layout_id, taken_at_unix_ms=taken, values=values)
        )

    async def state_conditions(self) -> None:
        await self.write(
            pb.AgentItem(
                open_conditions=pb.OpenConditions(
                    conditions=list(self.open.values()), stated_at_unix_ms=milliseconds(self.now())
                )
            )
        )

    async def beat(self) -> None:
        await self.write(pb.AgentItem(beat=pb.Beat(sent_at_unix_ms=milliseconds(self.now()))))

    async def goodbye(
        self,
        reason: pb.GoodbyeReason.ValueType = pb.GOODBYE_REASON_STOPPED,
        returns_at: datetime | None = None,
    ) -> None:
        back = milliseconds(returns_at) if returns_at else 0
        await self.write(pb.AgentItem(goodbye=pb.Goodbye(reason=reason, expected_return_unix_ms=back)))
