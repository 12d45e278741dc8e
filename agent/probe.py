"""The way to the controller, hop by hop with the standard library: name, port, the proxy's tunnel, TLS.

gRPC says UNAVAILABLE for nearly everything; this says which hop it is. Each step gives a key of
`agent.words` ("name" when good, "name_bad" when not) and its facts; a fact may be a key itself.
"""

import errno
import os
import socket
import ssl

from agent.clock import Clock
from agent.identity import Identity
from agent.proxy import Proxy

CONTROLLER_NAME = "controller.vigia"
TIMEOUT_S = 5.0
REFUSAL_S = 2.0
ANSWER_MAX_BYTES = 8_192
# OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name.
_NO_CHECK_TIME = ssl.VerifyFlags(0x200000)
Step = tuple[str, dict[str, object]]
_WHY = {
    errno.ECONNREFUSED: "why.refused",
    errno.ECONNRESET: "why.closed",
    errno.EPIPE: "why.closed",
    errno.EHOSTUNREACH: "why.route",
    errno.ENETUNREACH: "why.route",
    errno.ETIMEDOUT: "why.timeout",
    errno.EACCES: "why.permission",
    errno.EROFS: "why.readonly",
    errno.ENOSPC: "why.full",
    errno.ENOENT: "why.missing",
}


class TunnelRefused(OSError):
    """The proxy answered CONNECT with something else than 200; its first line is the text."""


class Probe:
    """`endpoint` is host:port; with a proxy the way begins there. No step takes longer than some 5 s."""

    def __init__(self, endpoint: str, clock: Clock, proxy: Proxy | None = None) -> None:
        self._endpoint = endpoint
        host, _, port = endpoint.rpartition(":")
        self._proxy = proxy
        self._host, self._port = (proxy.host, proxy.port) if proxy else (host.strip("[]"), int(port))
        self._first = proxy.endpoint if proxy else endpoint
        self._clock = clock

    def name(self) -> Step:
        """Has the first hop's name an address here? With a proxy the controller's name is for the proxy."""
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        except OSError as error:
            return "name_bad", {"host": self._host, "reason": why(error)}
        addresses = sorted({str(entry[4][0]) for entry in found})
        return "name", {"host": self._host, "addresses": ", ".join(addresses[:4])}

    def port(self) -> Step:
        """Does the first hop's port accept a connection?"""
        began_s = self._clock.monotonic()
        try:
            socket.create_connection((self._host, self._port), TIMEOUT_S).close()
        except OSError as error:
            key = "proxy_port_bad" if self._proxy else "port_bad"
            return key, {"endpoint": self._first, "reason": why(error)}
        took_ms = (self._clock.monotonic() - began_s) * 1000
        return "port", {"endpoint": self._first, "ms": f"{took_ms:.0f}"}

    def tunnel(self) -> Step:
        """Does the proxy lead us to the controller's port?"""
        facts: dict[str, object] = {"endpoint": self._endpoint, "proxy": self._first}
        try:
            self.connected().close()
        except OSError as error:
            return "tunnel_bad", {**facts, "reason": why(error)}
        return "tunnel", facts

    def tls(self, identity: Identity) -> Step:
        """Does it prove itself with the pinned root, speak HTTP/2, and take our certificate?"""
        facts: dict[str, object] = {"endpoint": self._endpoint}
        try:
            context = _context(identity)
            with context.wrap_socket(self.connected(), server_hostname=CONTROLLER_NAME) as secure:
                if secure.selected_alpn_protocol() != "h2":
                    return "tls_h2", facts
                return self._accepted(secure)
        except ssl.SSLCertVerificationError:
            return "tls_root", facts
        except ssl.SSLError as error:
            if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST"):
                return "tls_plain", facts
            return "tls_bad", {"reason": error.reason or str(error)}
        except OSError as error:
            # A plaintext peer often just hangs up on a handshake it does not understand.
            plain = isinstance(error, ConnectionError | TimeoutError)
            return ("tls_plain", facts) if plain else ("tls_bad", {"reason": why(error)})

    def _accepted(self, secure: ssl.SSLSocket) -> Step:
        """With TLS 1.3 a refusal of our certificate comes after the handshake; a good server speaks first."""
        secure.settimeout(REFUSAL_S)
        try:
            if secure.recv(1):
                return "tls", {}
            return "tls_refused", {"reason": "why.closed"}
        except TimeoutError:
            return "tls", {}
        except OSError as error:
            reason = error.reason if isinstance(error, ssl.SSLError) else None
            return "tls_refused", {"reason": reason or why(error)}

    def connected(self) -> socket.socket:
        """A connection to the controller's port, through the proxy if there is one."""
        connection = socket.create_connection((self._host, self._port), TIMEOUT_S)
        if self._proxy:
            try:
                _open_tunnel(connection, self._endpoint, self._proxy.authorization)
            except BaseException:
                connection.close()
                raise
        return connection


def certificate_of(endpoint: str, identity: Identity, clock: Clock, proxy: Proxy | None = None) -> bytes:
    """The certificate (DER) shown there, of an authority that we trust, whatever our clock says of its dates.
    For a diagnosis only; nothing is said on that connection. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=identity.root_pem)
    context.verify_flags |= _NO_CHECK_TIME
    context.set_alpn_protocols(["h2"])
    probe = Probe(endpoint, clock, proxy)
    with context.wrap_socket(probe.connected(), server_hostname=CONTROLLER_NAME) as secure:
        return secure.getpeercert(binary_form=True) or b""


def why(error: OSError) -> str:
    """A key of `agent.words` for the usual reasons, the system's own word for others."""
    if isinstance(error, socket.gaierror):
        return "why.name"
    if isinstance(error, TimeoutError):
        return "why.timeout"
    return _WHY.get(error.errno or 0) or error.strerror or str(error)


def _open_tunnel(connection: socket.socket, endpoint: str, authorization: str) -> None:
    """Raises OSError when the proxy does not say 200."""
    lines = [f"CONNECT {endpoint} HTTP/1.1", f"Host: {endpoint}"]
    if authorization:
        lines.append(f"Proxy-Authorization: {authorization}")
    connection.sendall("\r\n".join([*lines, "", ""]).encode())
    answer = b""
    while b"\r\n\r\n" not in answer and len(answer) < ANSWER_MAX_BYTES:
        # One at a time: what comes after the answer belongs to TLS.
        if not (byte := connection.recv(1)):
            break
        answer += byte
    first = answer.partition(b"\r\n")[0].decode("latin-1")
    if not first:
        raise TunnelRefused(errno.ECONNRESET, "closed")
    if first.split()[1:2] != ["200"]:
        raise TunnelRefused("".join(letter for letter in first if letter.isprintable())[:100])


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
