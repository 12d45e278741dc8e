"""Channels to the controller: TLS with the pinned root and nothing else, options from design wire.md."""

import grpc
import grpc.aio

from agent.identity import Identity
from agent.lean import unhurried_threads

CONTROLLER_NAME = "controller.vigia"
MESSAGE_MAX_BYTES = 1024 * 1024

_OPTIONS: tuple[tuple[str, int | str], ...] = (
    # We are reached by address or by whatever name a network has; the certificate has one name of its own.
    ("grpc.ssl_target_name_override", CONTROLLER_NAME),
    ("grpc.max_receive_message_length", MESSAGE_MAX_BYTES),
    ("grpc.max_send_message_length", MESSAGE_MAX_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),
    # A new channel is a new connection, without the back-off of the last one: waiting is ours (R7a).
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.enable_retries", 0),
)


def enrolment_channel(endpoint: str, root_pem: str) -> grpc.aio.Channel:
    """Server authentication only, for the port that enrols."""
    credentials = grpc.ssl_channel_credentials(root_certificates=root_pem.encode())
    return grpc.aio.secure_channel(endpoint, credentials, options=_OPTIONS)


def agent_channel(identity: Identity) -> grpc.aio.Channel:
    """Both sides authenticated, for the port of enrolled agents."""
    credentials = grpc.ssl_channel_credentials(
        root_certificates=identity.root_pem.encode(),
        private_key=identity.key_pem.encode(),
        certificate_chain=identity.certificate_pem.encode(),
    )
    with unhurried_threads():
        return grpc.aio.secure_channel(identity.endpoint, credentials, options=_OPTIONS)
