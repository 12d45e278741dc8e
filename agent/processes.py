"""The one place where the agent starts another program.

Always an argument vector, a time limit and an output limit; never a shell (signals.md "Health"). The
child gets a process group of its own and the whole group is killed at the limit, so that nothing that a
tool started in turn stays behind on the customer's machine.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, NoReturn

from agent.clock import SystemClock
from agent.errors import AgentError

POLL_S = 0.05
READ_BYTES = 65_536
_WINDOWS = os.name == "nt"
# A group of its own, and no window that opens on somebody's desk.
_APART: Any = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0) | getattr(subprocess, "CREATE_NO_WINDOW", 0)
CHILD_OOM_SCORE = "500"
# Children live in real time, whatever clock the rest of the agent was given.
_monotonic = SystemClock().monotonic


class ProgramMissing(AgentError):
    """The program is not installed or may not be started; `program` is its name."""

    def __init__(self, program: str, reason: str) -> None:
        super().__init__(f"{program} cannot be started: {reason}")
        self.program = program


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended. `returncode` is negative when a signal ended it; output is cut at the limit."""

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool
    truncated: bool
    took_s: float
    stalled: bool = False

    @property
    def ok(self) -> bool:
        return self.returncode == 0 and not self.timed_out and not self.truncated


def run(
    argv: Sequence[str],
    timeout_s: float,
    output_limit_bytes: int,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    stop: threading.Event | None = None,
    heard: Callable[[bytes], None] | None = None,
    stall_s: float | None = None,
    own_group: bool = True,
    user: tuple[int, int, Sequence[int]] | None = None,
) -> Finished:
    """Runs `argv` to its end or to a limit, whichever comes first. Blocking.

    `heard` is called with standard output as it comes; without any for `stall_s` the program is killed, and
    `stalled`. Without `own_group` it stays in ours, so that whoever kills us kills it too.

    The limit on output holds for standard output and error together; a program that writes more is killed
    and what it wrote so far is kept. `environment` is added to ours, with the locale set to C. Raises
    ProgramMissing.
    """
    began = _monotonic()
    child = _started(argv, environment, own_group, user)
    pump = (_Threads if _WINDOWS else _Pump)(child, stdin, output_limit_bytes)
    timed_out = stalled = False
    told, told_at = 0, began
    try:
        while pump.moves():
            if len(pump.out) > told:
                told, told_at = _told(pump, told, heard), _monotonic()
            stalled = stall_s is not None and _monotonic() - told_at >= stall_s
            if stalled or _monotonic() - began >= timeout_s or (stop is not None and stop.is_set()):
                timed_out = True
                break
        _told(pump, told, heard)
        if not timed_out and not pump.full:
            left_s = max(POLL_S, timeout_s - (_monotonic() - began))
            try:
                child.wait(left_s)
            except subprocess.TimeoutExpired:
                timed_out = True
    finally:
        _ended(child, pump, own_group)
    took_s = _monotonic() - began
    out, err = bytes(pump.out), bytes(pump.err)
    return Finished(child.returncode, out, err, timed_out, pump.full, took_s, stalled)


async def run_async(
    argv: Sequence[str],
    timeout_s: float,
    output_limit_bytes: int,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    heard: Callable[[bytes], None] | None = None,
    stall_s: float | None = None,
) -> Finished:
    """`run` off the event loop. When the caller is cancelled the child is killed within `POLL_S`.

    `heard` is called in another thread.
    """
    import asyncio  # the children of ours that start programs do without

    stop = threading.Event()
    limits = (argv, timeout_s, output_limit_bytes, stdin, environment, stop, heard, stall_s)
    try:
        return await asyncio.to_thread(run, *limits)
    finally:
        stop.set()


def _told(pump: "_Pump | _Threads", told: int, heard: Callable[[bytes], None] | None) -> int:
    if heard is not None and len(pump.out) > told:
        heard(bytes(pump.out[told:]))
    return len(pump.out)


def _started(
    argv: Sequence[str],
    environment: Mapping[str, str] | None,
    own_group: bool,
    user: tuple[int, int, Sequence[int]] | None,
) -> "subprocess.Popen[bytes]":
    if not argv:
        raise ProgramMissing("", "the argument vector is empty")
    try:
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},
            start_new_session=own_group and not _WINDOWS,
            creationflags=_APART if own_group else 0,
            user=user[0] if user else None,
            group=user[1] if user else None,
            extra_groups=user[2] if user else None,
        )
    except (OSError, ValueError) as error:
        raise ProgramMissing(argv[0], str(error)) from None
    _first_to_go(child.pid)
    return child


def _first_to_go(pid: int) -> None:
    """When memory runs out, a child is ended before the agent that can tell of it."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/oom_score_adj", "w", encoding="ascii") as file:
        file.write(CHILD_OOM_SCORE)


def _ended(child: "subprocess.Popen[bytes]", pump: "_Pump | _Threads", own_group: bool) -> None:
    """Kills what is left of it (of its group, where it has one), reaps the child, closes the pipes."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if own_group and not _WINDOWS:
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    child.wait()
    pump.close()


class _Pump:
    """Moves bytes between us and one child, and stops at the output limit."""

    def __init__(self, child: "subprocess.Popen[bytes]", stdin: bytes, limit_bytes: int) -> None:
        assert child.stdin
        assert child.stdout
        assert child.stderr
        self.out, self.err = bytearray(), bytearray()
        self.full = False
        self._child, self._rest, self._limit = child, memoryview(stdin), limit_bytes
        self._selector = selectors.DefaultSelector()
        self._selector.register(child.stdout, selectors.EVENT_READ, self.out)
        self._selector.register(child.stderr, selectors.EVENT_READ, self.err)
        if stdin:
            os.set_blocking(child.stdin.fileno(), False)
            self._selector.register(child.stdin, selectors.EVENT_WRITE)
        else:
            child.stdin.close()

    def moves(self) -> bool:
        """One round of at most `POLL_S`; False when there is nothing more to wait for."""
        ready = self._selector.select(POLL_S)
        for key, _ in ready:
            if key.data is None:
                self._write()
            else:
                self._read(key)
        if self.full:
            return False
        # A grandchild may hold the pipes open for ever: a quiet round after the child's end is the end.
        if not ready and self._child.poll() is not None:
            return False
        return any(key.data is not None for key in self._selector.get_map().values())

    def close(self) -> None:
        self._selector.close()
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _write(self) -> None:
        assert self._child.stdin
        try:
            self._rest = self._rest[os.write(self._child.stdin.fileno(), self._rest[:READ_BYTES]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._rest = memoryview(b"")
        if not self._rest:
            self._selector.unregister(self._child.stdin)
            self._child.stdin.close()

    def _read(self, key: selectors.SelectorKey) -> None:
        room = self._limit - len(self.out) - len(self.err)
        chunk = os.read(key.fd, min(READ_BYTES, room + 1))
        if not chunk:
            self._selector.unregister(key.fileobj)
            return
        if len(chunk) > room:
            chunk, self.full = chunk[:room], True
        key.data.extend(chunk)


class _Threads:
    """`_Pump` where no pipe can be waited for: a thread for each. Not yet proven on Windows."""

    def __init__(self, child: "subprocess.Popen[bytes]", stdin: bytes, limit_bytes: int) -> None:
        self.out, self.err = bytearray(), bytearray()
        self.full = False
        self._child, self._limit, self._turn = child, limit_bytes, threading.Lock()
        self._threads = [
            threading.Thread(target=self._read, args=(child.stdout, self.out), daemon=True),
            threading.Thread(target=self._read, args=(child.stderr, self.err), daemon=True),
            threading.Thread(target=self._write, args=(child.stdin, stdin), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def moves(self) -> bool:
        """As `_Pump.moves`."""
        readers = self._threads[:2]
        alive = next((thread for thread in readers if thread.is_alive()), None)
        if alive is None or self.full:
            return False
        alive.join(POLL_S)
        # A grandchild may hold the pipes open for ever: a quiet round after the child's end is the end.
        return self._child.poll() is None or not all(thread.is_alive() for thread in readers)

    def close(self) -> None:
        for thread in self._threads:
            thread.join(POLL_S)
        for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError, ValueError):
                    pipe.close()

    def _read(self, pipe: IO[bytes], held: bytearray) -> None:
        with contextlib.suppress(OSError, ValueError):
            while not self.full and (chunk := os.read(pipe.fileno(), READ_BYTES)):
                with self._turn:
                    room = self._limit - len(self.out) - len(self.err)
                    held.extend(chunk[: max(0, room)])
                    self.full = len(chunk) > room

    def _write(self, pipe: IO[bytes], data: bytes) -> None:
        with contextlib.suppress(OSError, ValueError):
            pipe.write(data)
            pipe.close()


def begin_again(environment: Mapping[str, str]) -> NoReturn:
    """This very program from its start, in this process, with these words added to its environment."""
    os.execve(sys.executable, sys.orig_argv, {**os.environ, **environment})  # noqa: S606 - ourselves
