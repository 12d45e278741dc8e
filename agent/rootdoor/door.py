"""The process behind the door: root, started by its socket, gone again when nobody asks for a while.

One request a connection and one connection at a time: a line of JSON of at most 1 KiB, from root or from the
service's user, within two seconds. The queue is the kernel's: eight may wait, whoever comes then is refused.
Each request is one line in the log: who, what, how long.
"""

import binascii
import json
import logging
import os
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from agent.clock import SystemClock
from agent.errors import AgentError
from agent.processes import Finished, ProgramMissing, run
from agent.programs import SBIN, located
from agent.rootdoor.verbs import CERTBOTS, CERTIFICATE, FILES, LISTENERS, VERBS

REQUEST_MAX_BYTES = 1024
HEARING_S = 2.0
TELLING_S = 10.0
IDLE_S = 90.0
LISTEN_FD = 3  # sd_listen_fds(3): the first descriptor that systemd hands over
NAME = "vigia-agent"
_PEER = struct.Struct("=iII")  # struct ucred: process, user, group
_CLEAN = {"PATH": ":".join(SBIN), "LC_ALL": "C.UTF-8", "HOME": "/"}
_BY_NAME = {verb.name: verb for verb in VERBS}
log = logging.getLogger(__name__)
_monotonic = SystemClock().monotonic


class Unheard(AgentError):
    """A request that is none of ours; the text goes back to whoever asked."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A line that goes back, and for a file its open descriptor."""

    told: dict[str, object]
    descriptor: int | None = None


Run = Callable[[list[str], float, int], Finished]


class Door:
    """`users` may ask, by their numbers. `run` starts a program."""

    def __init__(self, users: frozenset[int], run_it: Run | None = None) -> None:
        self._users, self._run = users, run_it or _run

    def serve(
        self, listener: socket.socket, idle_s: float = IDLE_S, ended: Callable[[], bool] = lambda: False
    ) -> None:
        """Until nobody came for `idle_s`; after each request, until `ended`. Nothing that is sent ends it."""
        listener.settimeout(idle_s)
        while not ended():
            try:
                connection, _ = listener.accept()
            except OSError as error:  # its time is over, or no descriptor is left: the socket starts it again
                if not isinstance(error, TimeoutError):
                    log.warning("closed: %s", error.strerror or error)
                return
            with connection:
                self._one(connection)

    def _one(self, connection: socket.socket) -> None:
        began, process, asked, outcome = _monotonic(), 0, "?", "refused"
        try:
            process, user = _peer(connection)
            if user not in self._users:
                log.warning("refused: process %d of user %d may not ask", process, user)
                return
            request = _heard(connection)
            asked = str(request.get("verb"))[:40]
            answer = self.answer(request)
            outcome = "answered"
        except Unheard as error:
            answer = Answer({"fault": str(error)})
        except (OSError, ValueError) as error:
            log.info("nothing heard from process %d: %s", process, error)
            return
        with suppress(OSError):
            _tell(connection, answer)
        log.info("%s: %r of process %d in %.2f s", outcome, asked, process, _monotonic() - began)

    def answer(self, request: dict[str, object]) -> Answer:
        """Raises Unheard."""
        name, values = request.get("verb"), request.get("with", [])
        if set(request) - {"verb", "with"} or not isinstance(name, str):
            raise Unheard('a request has "verb" and "with", and nothing else')
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise Unheard('"with" is a list of words')
        if name in FILES and not values:
            return _opened(FILES[name])
        if name == CERTBOTS and not values:
            return _certbots()
        if name == CERTIFICATE and len(values) == 1:
            return _certificate(values[0])
        if name == LISTENERS and not values:
            return _listeners()
        verb = _BY_NAME.get(name)
        if verb is None:
            raise Unheard("there is no such verb")
        words = verb.filled(values)
        if words is None:
            raise Unheard("a word is not what stands there, or names nothing of this machine")
        try:
            ended = self._run([located(verb.tool, SBIN), *words], verb.tool.timeout_s, verb.tool.limit_bytes)
        except ProgramMissing as error:
            return Answer({"missing": str(error)})
        return Answer(
            {
                "returncode": ended.returncode,
                "stdout": ended.stdout.decode("latin-1"),
                "stderr": ended.stderr.decode("latin-1"),
                "timed_out": ended.timed_out,
                "truncated": ended.truncated,
                "took_s": ended.took_s,
            }
        )


def serve_as_started() -> int:
    """As systemd started us: its socket is descriptor 3, our user is who else may ask."""
    import pwd

    logging.getLogger().setLevel(logging.INFO)
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or os.environ.get("LISTEN_FDS") != "1":
        print("vigia-agent: this door is opened by its socket: systemctl start vigia-agent-root.socket",
              file=sys.stderr)  # fmt: skip
        return 2
    try:
        users = frozenset({0, pwd.getpwnam(NAME).pw_uid})
    except KeyError:
        users = frozenset({0})
    with socket.socket(fileno=LISTEN_FD) as listener:
        Door(users).serve(listener)
    return 0


def _peer(connection: socket.socket) -> tuple[int, int]:
    """Process and user of whoever connected, by the kernel's word."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    process, user, _ = _PEER.unpack(told)
    return process, user


def _heard(connection: socket.socket) -> dict[str, object]:
    """One line within HEARING_S altogether, however slowly it drips. Raises OSError, Unheard."""
    deadline, held = _monotonic() + HEARING_S, b""
    while not held.endswith(b"\n"):
        left_s = deadline - _monotonic()
        if left_s <= 0:
            raise Unheard(f"no whole line within {HEARING_S:.0f} s")
        connection.settimeout(left_s)
        try:
            piece = connection.recv(REQUEST_MAX_BYTES + 1 - len(held))
        except TimeoutError:
            raise Unheard(f"no whole line within {HEARING_S:.0f} s") from None
        held += piece
        if not piece or len(held) > REQUEST_MAX_BYTES:
            raise Unheard(f"a request is one line of at most {REQUEST_MAX_BYTES} bytes")
    try:
        request = json.loads(held)
    except (ValueError, RecursionError):
        raise Unheard("not JSON") from None
    if not isinstance(request, dict):
        raise Unheard("not a JSON object")
    return request


def _tell(connection: socket.socket, answer: Answer) -> None:
    connection.settimeout(TELLING_S)
    data = json.dumps(answer.told).encode() + b"\n"
    if answer.descriptor is None:
        connection.sendall(data)
        return
    try:
        socket.send_fds(connection, [data], [answer.descriptor])
    finally:
        os.close(answer.descriptor)


def _certbots() -> Answer:
    from agent.rootdoor.certificates import certbots  # here and below: few machines ask for it

    try:
        return Answer({"paths": certbots()})
    except OSError as error:
        return Answer({"missing": f"certbot's folder: {error.strerror}"})


def _certificate(path: str) -> Answer:
    from agent.rootdoor.certificates import public

    found = public(path)
    if found is None:
        return Answer(
            {"missing": "no certificate in a file of that path, in a place where servers keep them"}
        )
    return Answer({"der": binascii.b2a_base64(found, newline=False).decode()})


def _listeners() -> Answer:
    from agent.rootdoor.listeners import listeners

    try:
        return Answer({"listeners": listeners()})
    except OSError as error:
        return Answer({"missing": f"the list of processes: {error.strerror}"})


def _opened(path: str) -> Answer:
    """For reading, and never by a link. Whoever gets it can read from it and nothing else."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return Answer({"missing": f"{path}: {error.strerror}"})
    return Answer({"opened": path}, descriptor)


def _run(argv: list[str], timeout_s: float, limit_bytes: int) -> Finished:
    return run(argv, timeout_s, limit_bytes, environment=_CLEAN)
