"""A network that breaks: a TCP relay that forwards bytes and cuts the connection at given offsets."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence

PIECE_BYTES = 64 * 1024


class CuttingRelay:
    """Listens on `port`, forwards to `target`. `cuts`: totals of bytes sent towards the target at which the
    connection that carries them is torn down, both ways and without a word; `cut_count` of them were. While
    `is_down` nobody is let in."""

    def __init__(self, target: int, cuts: Sequence[int] = ()) -> None:
        self._target = target
        self._cuts = sorted(cuts)
        self._sent = 0
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.cut_count = 0
        self.is_down = False
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def sent_bytes(self) -> int:
        """Towards the target, all connections together."""
        return self._sent

    def cut_all(self) -> None:
        """Every connection there is, now."""
        for one in tuple(self._open):
            _tear(one)

    def go_down(self) -> None:
        """As a cable that is pulled, until `is_down` is False again."""
        self.is_down = True
        self.cut_all()

    def close(self) -> None:
        self._server.close()
        self.cut_all()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
                if self.is_down:
                    _tear(near)
                    continue
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                if self._server.fileno() < 0:
                    return
                with contextlib.suppress(OSError, UnboundLocalError):
                    near.close()
                continue
            self._open |= {near, far}
            threading.Thread(target=self._forward, args=(near, far), daemon=True).start()
            threading.Thread(target=self._backward, args=(far, near), daemon=True).start()

    def _forward(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := near.recv(PIECE_BYTES):
                with self._lock:
                    self._sent += len(data)
                    is_cut = bool(self._cuts) and self._sent >= self._cuts[0]
                    if is_cut:
                        self._cuts.pop(0)
                        self.cut_count += 1
                if is_cut:
                    break
                far.sendall(data)
        self._end(near, far)

    def _backward(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := far.recv(PIECE_BYTES):
                near.sendall(data)
        self._end(near, far)

    def _end(self, *both: socket.socket) -> None:
        for one in both:
            self._open.discard(one)
            _tear(one)


def _tear(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        one.close()


@contextlib.contextmanager
def cutting_relay(target: int, cuts: Sequence[int] = ()) -> Iterator[CuttingRelay]:
    relay = CuttingRelay(target, cuts)
    try:
        yield relay
    finally:
        relay.close()
