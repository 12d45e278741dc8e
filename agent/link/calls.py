"""The short questions: who am I to be (enrol), my next certificate (renew), and the one after a long absence
(recover)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

import grpc
import grpc.aio

from agent.errors import EnrolmentRefused, LinkBroken
from agent.identity import Identity, Offered
from agent.link.channel import agent_channel, enrolment_channel
from agent.link.trouble import in_words
from agent.wire import LAST_MS, instant, offered
from agent.words import say
from protos.vigia.v1 import agent_pb2, agent_pb2_grpc, enrolment_pb2, enrolment_pb2_grpc

DEADLINE_S = 20.0
LOOK_S = 5.0
ENROLMENT_PORT = 7444
_WORTH_REPEATING = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
)
# How a look ended, where it was not well.
_LOOKS = {
    grpc.StatusCode.UNIMPLEMENTED: "service_port",
    grpc.StatusCode.PERMISSION_DENIED: "service_refused",
    grpc.StatusCode.UNAUTHENTICATED: "service_refused",
    grpc.StatusCode.UNAVAILABLE: "service_bad",
    grpc.StatusCode.UNKNOWN: "service_bad",
    grpc.StatusCode.INTERNAL: "service_bad",
}
# Waiting does not mend these.
_LASTING = (say("en", "trouble.root"), say("en", "trouble.plain"))


@dataclass(frozen=True, slots=True)
class Admission:
    """What the controller gave: a certificate for our key, our id, and where agents connect (host:port)."""

    certificate_der: bytes
    agent_id: str
    endpoint: str
    roots: Offered = field(default_factory=Offered)


@dataclass(frozen=True, slots=True)
class Proof:
    """Our last certificate, a request for a new key, and that we hold the key of the former."""

    certificate_der: bytes
    csr_der: bytes
    signature: bytes


class Refusal(Enum):
    """Why the controller does not let a machine recover."""

    UNKNOWN = "unknown"
    NOT_NEEDED = "not_needed"
    TOO_LATE = "too_late"
    BANNED = "banned"
    QUARANTINED = "quarantined"
    SUPERSEDED = "superseded"


_REFUSALS = {
    enrolment_pb2.RECOVERY_REFUSAL_NOT_NEEDED: Refusal.NOT_NEEDED,
    enrolment_pb2.RECOVERY_REFUSAL_TOO_LATE: Refusal.TOO_LATE,
    enrolment_pb2.RECOVERY_REFUSAL_BANNED: Refusal.BANNED,
    enrolment_pb2.RECOVERY_REFUSAL_QUARANTINED: Refusal.QUARANTINED,
    enrolment_pb2.RECOVERY_REFUSAL_SUPERSEDED: Refusal.SUPERSEDED,
}


async def enrol(
    endpoint: str, root_pem: str, token: str, csr_der: bytes, host_name: str, agent_version: str
) -> Admission:
    """Trades a one-time token for an identity. Raises EnrolmentRefused (final) or LinkBroken (try again)."""
    request = enrolment_pb2.EnrolRequest(
        token=token, csr_der=csr_der, host_name=host_name, agent_version=agent_version
    )
    async with enrolment_channel(endpoint, root_pem) as channel:
        stub = enrolment_pb2_grpc.EnrolmentServiceStub(channel)
        try:
            reply = await stub.Enrol(request, timeout=DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            raise _told(error, endpoint, _hint(endpoint)) from None
    return Admission(reply.certificate_der, reply.agent_id, reply.agent_endpoint, offered(reply.roots))


async def recover(
    identity: Identity,
    endpoint: str,
    prove: Callable[[bytes, datetime], Awaitable[Proof]],
) -> Admission | Refusal:
    """Trades the last certificate for a new one on the enrolment port. `prove` is given a nonce and what time
    it is there. Raises EnrolmentRefused or LinkBroken."""
    async with enrolment_channel(endpoint, identity.root_pem) as channel:
        stub = enrolment_pb2_grpc.EnrolmentServiceStub(channel)
        try:
            challenge = await stub.Challenge(enrolment_pb2.ChallengeRequest(), timeout=DEADLINE_S)
            there = instant(max(0, min(challenge.controller_time_unix_ms, LAST_MS)))
            given = await prove(challenge.nonce, there)
            reply = await stub.Recover(
                enrolment_pb2.RecoverRequest(
                    nonce=challenge.nonce,
                    certificate_der=given.certificate_der,
                    csr_der=given.csr_der,
                    signature=given.signature,
                ),
                timeout=DEADLINE_S,
            )
        except grpc.aio.AioRpcError as error:
            raise _told(error, endpoint) from None
    if not reply.certificate_der:
        return _REFUSALS.get(reply.refusal, Refusal.UNKNOWN)
    there_to = reply.agent_endpoint or identity.endpoint
    return Admission(reply.certificate_der, identity.agent_id, there_to, offered(reply.roots))


async def renew(identity: Identity, csr_der: bytes) -> tuple[bytes, Offered]:
    """A certificate (DER) for a new key, and the roots in force. Raises EnrolmentRefused or LinkBroken."""
    async with agent_channel(identity) as channel:
        stub = agent_pb2_grpc.AgentServiceStub(channel)
        try:
            asked = agent_pb2.RenewRequest(csr_der=csr_der, root_sha256=identity.root_sha256)
            reply = await stub.Renew(asked, timeout=DEADLINE_S)
        except grpc.aio.AioRpcError as error:
            raise _told(error, identity.endpoint) from None
    return reply.certificate_der, offered(reply.roots)


async def looked_in(identity: Identity) -> tuple[str, str]:
    """How the agents' service answers one who comes and goes without a word: a key of doctor's words
    ("service" when it is there) and what was said.

    No answer in time means that it waits for our hello: it is there.
    """
    async with agent_channel(identity) as channel:
        call = agent_pb2_grpc.AgentServiceStub(channel).Connect(timeout=LOOK_S)
        try:
            await call.done_writing()
            while await call.read() is not grpc.aio.EOF:
                pass
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            pass  # the code says it
        code = await call.code()
        return _LOOKS.get(code, "service"), in_words(code, await call.details())


def _hint(endpoint: str) -> str:
    usual = endpoint.endswith(f":{ENROLMENT_PORT}")
    return "" if usual else f"; the enrolment port is usually {ENROLMENT_PORT}"


def _told(error: grpc.aio.AioRpcError, endpoint: str, hint: str = "") -> EnrolmentRefused | LinkBroken:
    code, details = error.code(), " ".join((error.details() or "").split())[:300]
    if code is grpc.StatusCode.UNIMPLEMENTED:
        return EnrolmentRefused(f"{endpoint} is the port of something else{hint}; see `vigia enrol`")
    if code in _WORTH_REPEATING:
        told = details if code is grpc.StatusCode.RESOURCE_EXHAUSTED else in_words(code, details)
        if told in _LASTING:
            return LinkBroken(f"{endpoint} is not the controller: {told}{hint}")
        return LinkBroken(f"{endpoint} could not be reached: {told}{hint}; try again later")
    return EnrolmentRefused(f"{endpoint} refused: {details or code.name}")
