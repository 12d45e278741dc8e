"""A watch of a web address: does a GET bring the expected status?

Written on a plain socket: `http.client` would bring the mail parser into the agent's resident memory, and
has no limit for the whole of an answer that comes in drops.
"""

import base64
import socket
from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from agent.collectors.procfs import Roots
from agent.collectors.watches.look import Look, WatchCollector
from agent.collectors.watches.tcp import CONNECT_MIN_S, Keeper, NotConnected, connected, failure
from agent.config import Watch
from agent.signals import Reading, WatchResult

STATUS_LINE_MAX_BYTES = 1024


class HttpWatch(WatchCollector):
    """Target a URL. Healthy: the expected status, or any of 200..399 when none is named.

    The certificate is not judged: the question is whether the service serves.
    """

    def __init__(self, watch: Watch, monotonic: Callable[[], float], roots: Roots) -> None:
        super().__init__(watch, monotonic, roots)
        parts = urlsplit(watch.target)
        self._tls = parts.scheme == "https"
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if self._tls else 80)
        self._shown = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
        credentials = (
            (unquote(parts.username or ""), unquote(parts.password or "")) if parts.username else None
        )
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
        self._request = request(parts.netloc.rpartition("@")[2], path + query, credentials)
        self._keeper = Keeper(self)

    def shown_target(self) -> str:
        return self._shown

    def look(self) -> Look:
        deadline = self._monotonic() + self.watch.timeout_s
        try:
            status = self._status(deadline)
        except NotConnected as error:
            return Look(error.result)
        return Look(WatchResult.OK if self._expected(status) else WatchResult.WRONG_ANSWER, status)

    def remember(self, look: Look) -> None:
        self._keeper.saw(look, self._host, self._port, self._roots, self._monotonic())

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:
        """A look that hangs (a name that does not resolve) is a timeout like any other."""
        return self.timed_out(now, waited_s)

    def _expected(self, status: int) -> bool:
        wanted = self.watch.expect_status
        return 200 <= status <= 399 if wanted is None else status == wanted

    def _status(self, deadline: float) -> int:
        outlet = connected(self._host, self._port, self._monotonic, deadline)
        try:
            outlet.settimeout(max(CONNECT_MIN_S, deadline - self._monotonic()))
            if self._tls:
                outlet = _secured(outlet, self._host)
            outlet.sendall(self._request)
            return self._answer(outlet, deadline)
        except OSError as error:
            raise NotConnected(failure(error)) from None
        finally:
            outlet.close()

    def _answer(self, outlet: socket.socket, deadline: float) -> int:
        line = b""
        while b"\n" not in line:
            if len(line) > STATUS_LINE_MAX_BYTES:
                raise NotConnected(WatchResult.WRONG_ANSWER)
            left_s = deadline - self._monotonic()
            if left_s <= 0:
                raise NotConnected(WatchResult.TIMEOUT)
            outlet.settimeout(left_s)
            piece = outlet.recv(STATUS_LINE_MAX_BYTES)
            if not piece:
                raise NotConnected(WatchResult.WRONG_ANSWER if line else WatchResult.CLOSED)
            line += piece
        words = line.split(b"\n", 1)[0].split()
        if (
            len(words) < 2
            or not words[0].startswith(b"HTTP/1.")
            or not words[1].isdigit()
            or len(words[1]) != 3
        ):
            raise NotConnected(WatchResult.WRONG_ANSWER)
        return int(words[1])


def request(host: str, path: str, credentials: tuple[str, str] | None) -> bytes:
    """The bytes of one GET that asks the server to hang up afterwards."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host.encode('idna').decode() if host else ''}",
             "User-Agent: vigia-agent", "Accept: */*", "Connection: close"]  # fmt: skip
    if credentials:
        lines.append("Authorization: Basic " + base64.b64encode(":".join(credentials).encode()).decode())
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii", "replace")


def _secured(outlet: socket.socket, host: str) -> socket.socket:
    import ssl  # only a watch of https pays for it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return context.wrap_socket(outlet, server_hostname=host)
    except ssl.SSLError:
        raise NotConnected(WatchResult.TLS_FAILED) from None
