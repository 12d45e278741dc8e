"""A watch of a TCP port: does it accept a connection?"""

import errno
import ipaddress
import socket
from collections.abc import Callable
from datetime import datetime

from agent.collectors.procfs import Roots
from agent.collectors.watches import listener
from agent.collectors.watches.look import Look, WatchCollector
from agent.config import Watch
from agent.errors import AgentError
from agent.signals import Reading, WatchResult

CONNECT_MIN_S = 0.05
LISTENER_EVERY_S = 3600.0
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EHOSTDOWN, errno.ENETDOWN)
_DROPPED = (errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED)


class NotConnected(AgentError):
    """The service was asked and this is how it did not answer."""

    def __init__(self, result: WatchResult) -> None:
        super().__init__(result.name.lower())
        self.result = result


class TcpWatch(WatchCollector):
    """Target "host:port". Refused is a fault at once; nothing at all within `timeout_s` is a timeout."""

    def __init__(self, watch: Watch, monotonic: Callable[[], float], roots: Roots) -> None:
        super().__init__(watch, monotonic, roots)
        host, _, port = watch.target.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._keeper = Keeper(self)

    def look(self) -> Look:
        try:
            connected(
                self._host, self._port, self._monotonic, self._monotonic() + self.watch.timeout_s
            ).close()
        except NotConnected as error:
            return Look(error.result)
        return Look(WatchResult.OK)

    def remember(self, look: Look) -> None:
        self._keeper.saw(look, self._host, self._port, self._roots, self._monotonic())

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:
        """A look that hangs (a name that does not resolve) is a timeout like any other."""
        return self.timed_out(now, waited_s)


class Keeper:
    """Keeps `last_listener` fresh: after each recovery, and every hour."""

    def __init__(self, collector: WatchCollector) -> None:
        self._collector = collector
        self._due_at: float | None = None

    def saw(self, look: Look, host: str, port: int, roots: Roots, now_s: float) -> None:
        """What listened before a fault stays known; who listens afterwards is looked up anew."""
        if look.result is not WatchResult.OK:
            self._due_at = None
            return
        if self._due_at is not None and now_s < self._due_at:
            return
        self._due_at = now_s + LISTENER_EVERY_S
        if is_local(host):
            self._collector.last_listener = listener.find(port, roots) or self._collector.last_listener


def is_local(host: str) -> bool:
    """Whether the host is surely this machine; a name that merely may be is not looked up for it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == socket.gethostname()


def connected(host: str, port: int, monotonic: Callable[[], float], deadline: float) -> socket.socket:
    """A connection to the first address that accepts, before `deadline` (monotonic seconds).

    Raises NotConnected; OSError when this machine itself could not try (no sockets left).
    """
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise NotConnected(WatchResult.UNRESOLVED) from None
    result = WatchResult.TIMEOUT
    for family, kind, protocol, _, address in addresses:
        if monotonic() >= deadline:
            break
        outlet = socket.socket(family, kind, protocol)
        outlet.settimeout(max(CONNECT_MIN_S, deadline - monotonic()))
        try:
            outlet.connect(address)
        except OSError as error:
            outlet.close()
            result = failure(error)
        else:
            return outlet
    raise NotConnected(result)


def failure(error: OSError) -> WatchResult:
    """What an error of a socket says about the service. Raises it again when it is about us instead."""
    if isinstance(error, TimeoutError):
        return WatchResult.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return WatchResult.REFUSED
    if error.errno in _DROPPED:
        return WatchResult.CLOSED
    if error.errno in _UNREACHABLE or error.errno == errno.EADDRNOTAVAIL:
        return WatchResult.UNREACHABLE
    raise error
