"""The way to the controller, step by step with the standard library: name, port, TLS with the pinned root.

gRPC says UNAVAILABLE for nearly everything; this says which hop it is. Each step gives a key of
`agent.words` ("name" when good, "name_bad" when not) and its facts.
"""

import os
import socket
import ssl

from agent.clock import Clock
from agent.identity import Identity

CONTROLLER_NAME = "controller.vigia"
TIMEOUT_S = 5.0
REFUSAL_S = 2.0
Step = tuple[str, dict[str, object]]


class Probe:
    """`endpoint` is host:port. Blocking; no step takes longer than some 5 s."""

    def __init__(self, endpoint: str, clock: Clock) -> None:
        self._endpoint = endpoint
        host, _, port = endpoint.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._clock = clock

    def name(self) -> Step:
        """Does the controller's name have an address here?"""
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError as error:
            return "name_bad", {"host": self._host, "reason": error.strerror}
        addresses = sorted({str(entry[4][0]) for entry in found})
        return "name", {"host": self._host, "addresses": ", ".join(addresses[:4])}

    def port(self) -> Step:
        """Does its port accept a connection?"""
        began_s = self._clock.monotonic()
        try:
            self._connected().close()
        except OSError as error:
            return "port_bad", {"endpoint": self._endpoint, "reason": error.strerror or str(error)}
        took_ms = (self._clock.monotonic() - began_s) * 1000
        return "port", {"endpoint": self._endpoint, "ms": f"{took_ms:.0f}"}

    def tls(self, identity: Identity) -> Step:
        """Does it prove itself with the pinned root, speak HTTP/2, and take our certificate?"""
        facts: dict[str, object] = {"endpoint": self._endpoint}
        try:
            context = _context(identity)
            with context.wrap_socket(self._connected(), server_hostname=CONTROLLER_NAME) as secure:
                if secure.selected_alpn_protocol() != "h2":
                    return "tls_h2", facts
                return self._accepted(secure)
        except ssl.SSLCertVerificationError as error:
            return "tls_root", {**facts, "reason": error.verify_message}
        except ssl.SSLError as error:
            if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"):
                return "tls_plain", facts
            return "tls_bad", {"reason": error.reason or str(error)}
        except OSError as error:
            # A plaintext peer often just hangs up on a handshake it does not understand.
            key = "tls_plain" if isinstance(error, ConnectionError | TimeoutError) else "tls_bad"
            return key, {**facts, "reason": str(error)}

    def _accepted(self, secure: ssl.SSLSocket) -> Step:
        """With TLS 1.3 a refusal of our certificate comes after the handshake; a good server speaks first."""
        secure.settimeout(REFUSAL_S)
        try:
            if secure.recv(1):
                return "tls", {}
            return "tls_refused", {"reason": "connection closed"}
        except TimeoutError:
            return "tls", {}
        except OSError as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
            return "tls_refused", {"reason": reason or str(error)}

    def _connected(self) -> socket.socket:
        return socket.create_connection((self._host, self._port), TIMEOUT_S)


def _context(identity: Identity) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=identity.root_pem)
    context.set_alpn_protocols(["h2"])
    # ssl reads keys from files only; this one lives in memory and nowhere else.
    descriptor = os.memfd_create("identity", os.MFD_CLOEXEC)
    try:
        os.write(descriptor, (identity.key_pem + identity.certificate_pem).encode())
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)
    return context
