"""The one place where the lab starts a program on this machine.

Always an argument vector, a time limit and an output limit; never a shell. The child gets a process group of
its own and the whole group is killed at the limit, so that an attempt leaves nothing behind that would
change the next one.
"""

import contextlib
import os
import selectors
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from lab.clock import SystemClock

READ_BYTES = 65_536
_POLL_S = 0.05
# Children live in real time, whatever clock the rest of the lab was given.
_monotonic = SystemClock().monotonic


@dataclass(frozen=True, slots=True)
class Ended:
    """`status`: exit status, negative when a signal ended it, None when it could not be started (`reason`)
    or was killed at a limit."""

    status: int | None
    timed_out: bool = False
    too_long: bool = False
    reason: str = ""


def run(
    argv: Sequence[str],
    timeout_s: float,
    output_bytes: int,
    on_output: Callable[[bytes], None],
    environment: Mapping[str, str] | None = None,
    folder: str | None = None,
) -> Ended:
    """Runs `argv` to its end or to a limit. Standard output and error go to `on_output` as they come.

    The program gets no input. Whatever ends this call (also Ctrl-C), the child's group is dead afterwards.
    """
    try:
        child = subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return Ended(None, reason=getattr(error, "strerror", None) or str(error))
    try:
        return _followed(child, timeout_s, output_bytes, on_output)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        assert child.stdout
        child.stdout.close()


def _followed(
    child: "subprocess.Popen[bytes]", timeout_s: float, left_bytes: int, on_output: Callable[[bytes], None]
) -> Ended:
    assert child.stdout
    deadline_s = _monotonic() + timeout_s
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            left_s = deadline_s - _monotonic()
            if left_s <= 0:
                return Ended(None, timed_out=True)
            if not selector.select(min(left_s, _POLL_S)):
                # A grandchild may hold the pipe open for ever: a quiet round after the child's end is it.
                if child.poll() is not None:
                    return Ended(child.returncode)
                continue
            chunk = os.read(child.stdout.fileno(), min(READ_BYTES, left_bytes + 1))
            if not chunk:
                break
            on_output(chunk[:left_bytes])
            left_bytes -= len(chunk)
            if left_bytes < 0:
                return Ended(None, too_long=True)
    try:
        return Ended(child.wait(max(_POLL_S, deadline_s - _monotonic())))
    except subprocess.TimeoutExpired:
        return Ended(None, timed_out=True)
