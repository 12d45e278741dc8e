"""The lab's one door to gRPC: enrol, renew, recover, hand in. TLS with the pinned root and nothing else."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

# Before grpc is loaded: programs are started by exec, and its own log lines speak to nobody here.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc

from lab.errors import HandInRefused, LinkBroken, NotEnrolled
from lab.identity import Identity
from lab.keys import Offered, proof, root_digests
from lab.wire import Parcel, Receipt, receipts_of, requests_of
from protos.vigia.v1 import (
    agent_pb2,
    agent_pb2_grpc,
    enrolment_pb2,
    enrolment_pb2_grpc,
    lab_pb2_grpc,
    trust_pb2,
)

CONTROLLER_NAME = "controller.vigia"
DEADLINE_S = 20.0
HAND_IN_S = 600.0
ENROLMENT_PORT = 7444
ROOTS_MAX = 16
_UNKNOWN = "the controller does not know this lab's certificate; enrol it again (`vigia enrol --role lab`)"
_REFUSALS = {
    enrolment_pb2.RECOVERY_REFUSAL_TOO_LATE: (
        "the certificate of this lab expired on {expired}, too long ago to come back by itself; on the "
        "controller, `vigia machines readmit` for this lab lets it in, or enrol it again"
    ),
    enrolment_pb2.RECOVERY_REFUSAL_BANNED: "this lab is banned; `vigia machines unban` lets it in again",
    enrolment_pb2.RECOVERY_REFUSAL_SUPERSEDED: (
        "a newer certificate of this lab was used already: is this a copy of it? Enrol this one as its own"
    ),
}
_OPTIONS = (
    ("grpc.ssl_target_name_override", CONTROLLER_NAME),
    ("grpc.max_receive_message_length", 1024 * 1024),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
)
_WORTH_REPEATING = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class Admission:
    """What the controller gave: a certificate for our key, our id, and where labs connect (host:port)."""

    certificate_der: bytes
    lab_id: str
    endpoint: str
    offered: Offered = field(default_factory=Offered)


def enrol(
    endpoint: str, root_pem: str, token: str, csr_der: bytes, host_name: str, version: str
) -> Admission:
    """Trades a one-time token for an identity. Raises HandInRefused (final) or LinkBroken (try again)."""
    request = enrolment_pb2.EnrolRequest(
        token=token, csr_der=csr_der, host_name=host_name, agent_version=version
    )
    credentials = grpc.ssl_channel_credentials(root_certificates=root_pem.encode())
    with grpc.secure_channel(endpoint, credentials, _OPTIONS) as channel, _told(endpoint):
        reply = enrolment_pb2_grpc.EnrolmentServiceStub(channel).Enrol(request, timeout=DEADLINE_S)
        return Admission(reply.certificate_der, reply.agent_id, reply.agent_endpoint, _offered(reply.roots))


def renew(identity: Identity, csr_der: bytes) -> Admission:
    """A certificate (DER) for a new key. Raises HandInRefused or LinkBroken."""
    with _channel(identity) as channel, _told(identity.endpoint):
        asked = agent_pb2.RenewRequest(csr_der=csr_der, root_sha256=root_digests(identity.root_pem))
        reply = agent_pb2_grpc.AgentServiceStub(channel).Renew(asked, timeout=DEADLINE_S)
        return Admission(reply.certificate_der, identity.lab_id, identity.endpoint, _offered(reply.roots))


def recover(identity: Identity, csr_der: bytes) -> Admission | None:
    """A certificate for a new key for the proof that we hold the last one's, which has expired. None when the
    controller says that it has not. Raises NotEnrolled (with what to do), HandInRefused or LinkBroken."""
    host = identity.endpoint.rpartition(":")[0]
    endpoint = identity.enrolment_endpoint or f"{host}:{ENROLMENT_PORT}"
    credentials = grpc.ssl_channel_credentials(root_certificates=identity.root_pem.encode())
    with grpc.secure_channel(endpoint, credentials, _OPTIONS) as channel, _told(endpoint):
        stub = enrolment_pb2_grpc.EnrolmentServiceStub(channel)
        nonce = stub.Challenge(enrolment_pb2.ChallengeRequest(), timeout=DEADLINE_S).nonce
        certificate_der, signature = proof(identity.certificate_pem, identity.key_pem, csr_der, nonce)
        reply = stub.Recover(
            enrolment_pb2.RecoverRequest(
                nonce=nonce, certificate_der=certificate_der, csr_der=csr_der, signature=signature
            ),
            timeout=DEADLINE_S,
        )
    if reply.certificate_der:
        endpoint = reply.agent_endpoint or identity.endpoint
        return Admission(reply.certificate_der, identity.lab_id, endpoint, _offered(reply.roots))
    if reply.refusal == enrolment_pb2.RECOVERY_REFUSAL_NOT_NEEDED:
        return None
    expired = f"{identity.not_after:%Y-%m-%d}"
    raise NotEnrolled(_REFUSALS.get(reply.refusal, _UNKNOWN).format(expired=expired))


def _offered(roots: trust_pb2.Roots) -> Offered:
    return Offered(tuple(roots.roots[:ROOTS_MAX]), tuple(roots.crosses[:ROOTS_MAX]))


def hand_in(identity: Identity, parcels: Sequence[Parcel]) -> list[Receipt]:
    """A receipt for each attempt, committed there. Raises HandInRefused (the whole call), LinkBroken."""
    with _channel(identity) as channel, _told(identity.endpoint):
        stub = lab_pb2_grpc.LabServiceStub(channel)
        return receipts_of(stub.HandIn(requests_of(parcels), timeout=HAND_IN_S))


def _channel(identity: Identity) -> grpc.Channel:
    credentials = grpc.ssl_channel_credentials(
        root_certificates=identity.root_pem.encode(),
        private_key=identity.key_pem.encode(),
        certificate_chain=identity.certificate_pem.encode(),
    )
    return grpc.secure_channel(identity.endpoint, credentials, _OPTIONS)


@contextmanager
def _told(endpoint: str) -> Iterator[None]:
    """gRPC's errors in our words."""
    try:
        yield
    except grpc.RpcError as error:
        code, details = error.code(), " ".join((error.details() or "").split())[:300]
        if code in _WORTH_REPEATING:
            raise LinkBroken(
                f"{endpoint} could not be reached: {details or code.name}; try again later"
            ) from None
        raise HandInRefused(f"{endpoint} refused: {details or code.name}") from None
