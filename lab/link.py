"""The lab's one door to gRPC: enrol, renew, hand in. TLS with the pinned root and nothing else."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

# Before grpc is loaded: programs are started by exec, and its own log lines speak to nobody here.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc

from lab.errors import HandInRefused, LinkBroken
from lab.identity import Identity
from lab.wire import Parcel, Receipt, receipts_of, requests_of
from protos.vigia.v1 import agent_pb2, agent_pb2_grpc, enrolment_pb2, enrolment_pb2_grpc, lab_pb2_grpc

CONTROLLER_NAME = "controller.vigia"
DEADLINE_S = 20.0
HAND_IN_S = 600.0
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
        return Admission(reply.certificate_der, reply.agent_id, reply.agent_endpoint)


def renew(identity: Identity, csr_der: bytes) -> bytes:
    """A certificate (DER) for a new key. Raises HandInRefused or LinkBroken."""
    with _channel(identity) as channel, _told(identity.endpoint):
        stub = agent_pb2_grpc.AgentServiceStub(channel)
        return stub.Renew(agent_pb2.RenewRequest(csr_der=csr_der), timeout=DEADLINE_S).certificate_der


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
