"""A bench over SSH: the lab's only door to paramiko. The host key is pinned by a person, never auto-added.

SSH knows no argument vectors: the words are quoted here for a POSIX shell, which is what the account on the
bench must have. paramiko 5 dropped SHA-1, so a very old device needs a newer machine in between.
"""

import logging
import re
import shlex
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import paramiko
from paramiko.ssh_exception import IncompatiblePeer

from lab.bench.book import Pinned
from lab.clock import Clock
from lab.errors import BenchLost, HostKeyChanged
from lab.processes import READ_BYTES, Ended

CONNECT_S = 15.0
_POLL_S = 0.1
_GRACE_S = 5.0
_NO_PROGRAM = (126, 127)
_FIRST_WORD = re.compile(rb"vigia-group (\d+)\n")
_HEAD_BYTES = 64 * 1024
# It speaks of every lost connection by itself; we say it once, in the attempt's reason.
logging.getLogger("paramiko").setLevel(logging.CRITICAL)


class SshBench:
    """One connection, opened anew after a loss."""

    def __init__(self, pinned: Pinned, clock: Clock) -> None:
        self._pinned = pinned
        self._clock = clock
        self._transport: paramiko.Transport | None = None

    @property
    def name(self) -> str:
        return f"ssh:{self._pinned.name}"

    def open(self) -> None:
        if self._transport is not None and self._transport.is_active():
            return
        self.close()
        pinned = self._pinned
        transport = _connected(pinned.host, pinned.port)
        try:
            transport.get_security_options().key_types = _algorithms(pinned.host_key_type)
            self._check(transport)
            transport.auth_publickey(pinned.user, _private_key(pinned.key_file))
            transport.set_keepalive(15)
        except BenchLost:
            transport.close()
            raise
        except (paramiko.SSHException, OSError, EOFError) as error:
            transport.close()
            raise BenchLost(f"{pinned.address}: {_said(error)}") from None
        self._transport = transport

    def close(self) -> None:
        if self._transport is not None:
            with suppress(Exception):
                self._transport.close()
            self._transport = None

    def run(
        self,
        argv: Sequence[str],
        timeout_s: float,
        output_bytes: int,
        on_output: Callable[[bytes], None],
        environment: Mapping[str, str] | None = None,
        folder: str | None = None,
    ) -> Ended:
        if self._transport is None:
            raise BenchLost(f"{self._pinned.address}: not connected")
        try:
            return self._run(
                self._transport, _line(argv, environment or {}, folder), timeout_s, output_bytes, on_output
            )
        except (paramiko.SSHException, OSError, EOFError) as error:
            self.close()
            raise BenchLost(f"{self._pinned.address} went away: {_said(error)}") from None
        except BenchLost:
            # A peer that is frozen looks connected for ever: the next `open` shall begin anew.
            self.close()
            raise

    def _run(
        self,
        transport: paramiko.Transport,
        line: str,
        timeout_s: float,
        output_bytes: int,
        on_output: Callable[[bytes], None],
    ) -> Ended:
        channel = transport.open_session(timeout=CONNECT_S)
        channel.set_combine_stderr(True)
        channel.settimeout(_POLL_S)
        channel.exec_command(line)
        follower = _Follower(channel, self._clock, output_bytes, on_output)
        over = False
        try:
            limit = follower.follow(timeout_s)
            over = limit is None
            return limit or self._ending(transport, channel)
        finally:
            if not over and follower.group:
                _kill(transport, follower.group)
            with suppress(Exception):
                channel.close()

    def _ending(self, transport: paramiko.Transport, channel: paramiko.Channel) -> Ended:
        channel.status_event.wait(_GRACE_S)
        status = channel.exit_status
        if status in _NO_PROGRAM:
            return Ended(None, reason=f"the bench's shell could not start it (status {status})")
        if status >= 0:
            return Ended(status)
        if not transport.is_active():
            raise BenchLost(f"{self._pinned.address} went away while the program ran")
        raise BenchLost(f"{self._pinned.address} ended the program without saying how")

    def _check(self, transport: paramiko.Transport) -> None:
        pinned = self._pinned
        way_out = (
            f"if that is meant, look at the new one on the machine itself, then `vigia-lab bench add "
            f"{pinned.name} {pinned.address} --key FILE --replace`"
        )
        try:
            transport.start_client(timeout=CONNECT_S)
        except IncompatiblePeer as error:
            if "key" in str(error).lower():
                raise HostKeyChanged(
                    f"{pinned.address} no longer shows its pinned {pinned.host_key_type} key; {way_out}"
                ) from None
            raise
        shown = transport.get_remote_server_key()
        if (shown.get_name(), shown.get_base64()) != (pinned.host_key_type, pinned.host_key):
            raise HostKeyChanged(
                f"the host key of {pinned.address} changed: pinned {pinned.fingerprint}, shown "
                f"{shown.fingerprint}; {way_out}"
            )


class _Follower:
    """Reads one program. `group` is its process group there, empty until the shell has said it."""

    def __init__(
        self, channel: paramiko.Channel, clock: Clock, output_bytes: int, on_output: Callable[[bytes], None]
    ) -> None:
        self.group = ""
        self._channel = channel
        self._clock = clock
        self._left_bytes = output_bytes
        self._on_output = on_output
        self._head = b""

    def follow(self, timeout_s: float) -> Ended | None:
        """None when the program ended by itself, else the limit that it met."""
        deadline_s = self._clock.monotonic() + timeout_s
        while True:
            try:
                chunk = self._channel.recv(min(READ_BYTES, self._left_bytes + _HEAD_BYTES))
                if not chunk:
                    return None
                self._take(chunk)
            except TimeoutError:
                # A program that outlives its shell may hold the channel open: the shell's end is the end.
                if self._channel.exit_status_ready() and not self._channel.recv_ready():
                    return None
            if self._left_bytes < 0:
                return Ended(None, too_long=True)
            if self._clock.monotonic() >= deadline_s:
                return Ended(None, timed_out=True)

    def _take(self, chunk: bytes) -> None:
        """What the account's own start files print before the shell's first word is not the program's."""
        if not self.group:
            self._head += chunk
            found = _FIRST_WORD.search(self._head)
            if found is None:
                if len(self._head) > _HEAD_BYTES:
                    raise BenchLost("the account's shell is no POSIX shell, or never comes to the program")
                return
            self.group, chunk = found[1].decode(), self._head[found.end() :]
        if chunk:
            self._on_output(chunk[: max(0, self._left_bytes)])
            self._left_bytes -= len(chunk)


def meet(name: str, user: str, host: str, port: int, key_file: str) -> Pinned:
    """Asks a machine for its host key and signs in to nothing. Whether to believe it is a person's part.

    Raises BenchLost.
    """
    _private_key(key_file)
    transport = _connected(host, port)
    try:
        transport.start_client(timeout=CONNECT_S)
        key = transport.get_remote_server_key()
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise BenchLost(f"{host}:{port}: {_said(error)}") from None
    finally:
        transport.close()
    return Pinned(name, user, host, port, key_file, key.get_name(), key.get_base64(), key.fingerprint)


def _connected(host: str, port: int) -> paramiko.Transport:
    try:
        return paramiko.Transport(socket.create_connection((host, port), CONNECT_S))
    except OSError as error:
        raise BenchLost(f"{host}:{port} cannot be reached: {_said(error)}") from None


def _private_key(path: str) -> paramiko.PKey:
    try:
        return paramiko.PKey.from_path(Path(path))
    except OSError as error:
        raise BenchLost(f"the key {path} cannot be read: {error.strerror}") from None
    except TypeError:
        raise BenchLost(
            f"the key {path} is locked with a passphrase; give the lab a key of its own"
        ) from None
    except Exception as error:  # the loader raises many kinds for what is no key
        raise BenchLost(f"{path} is no private key that can be used: {_said(error)}") from None


def _algorithms(key_type: str) -> tuple[str, ...]:
    """Only the pinned kind is asked for: a server with several keys would show another one."""
    return ("rsa-sha2-512", "rsa-sha2-256") if key_type == "ssh-rsa" else (key_type,)


def _line(argv: Sequence[str], environment: Mapping[str, str], folder: str | None) -> str:
    """The shell first says who it is: it leads its process group, which must end at a limit. `exit $?`
    keeps it there, so that a signal becomes a status (128 and its number)."""
    words = ["env", *(f"{name}={value}" for name, value in environment.items())] if environment else []
    line = shlex.join([*words, *argv])
    there = f"cd {shlex.quote(folder)} || exit 126; " if folder else ""
    return f"echo vigia-group $$; {there}{line}; exit $?"


def _kill(transport: paramiko.Transport, group: str) -> None:
    """Ends the whole process group there, over a session of its own. SSH has a signal request, but OpenSSH
    refuses it for root, and many a bench is entered as root."""
    with suppress(Exception):
        channel = transport.open_session(timeout=_GRACE_S)
        channel.exec_command(f"kill -KILL -{group}")
        channel.status_event.wait(_GRACE_S)
        channel.close()


def _said(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
