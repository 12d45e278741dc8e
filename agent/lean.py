"""What keeps the resident agent light beside its own code: one heap, no OpenSSL, and gRPC's threads sleep."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module

_LEFT_OUT = ("ssl", "_hashlib")
SLACK_FILE = "/proc/self/timerslack_ns"
SLACK_NS = b"1000000000"
# Read by glibc as a program starts. One heap; what is larger goes back to the system when it is done with.
ONE_HEAP = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "65536"}


def with_one_heap() -> None:
    """Begins this program once more, in the same process, with one heap for all threads of C: with one for
    each, what gRPC's threads leave behind at every new connection adds up, as does what a finding's evidence
    takes for a moment: two MiB together. With another C library the words mean nothing.
    """
    if sys.platform == "linux" and not ONE_HEAP.keys() <= os.environ.keys():
        from agent.processes import begin_again  # with all that it loads, of which nothing remains

        begin_again(ONE_HEAP)


def without_openssl() -> None:
    """Four of its 45 MiB. To be called before asyncio is imported.

    asyncio and hashlib load it at import for what they can do with it, and do without where it cannot be
    loaded: they are imported here with the door closed. The agent's own TLS is gRPC's; whoever else wants
    `ssl` (a watch of https, `doctor`) imports it and has it. A process that has it already keeps it.
    """
    closed = [name for name in _LEFT_OUT if name not in sys.modules]
    for name in closed:
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        for name in ("asyncio.sslproto", "asyncio", "hashlib"):
            import_module(name)
    finally:
        for name in closed:
            del sys.modules[name]


@contextmanager
def unhurried_threads() -> Iterator[None]:
    """Threads begun inside may sleep up to a second longer than they asked for, so that their waking falls
    together; the caller's own sleep is as exact as before. Without the kernel's file for it, nothing changes.

    For gRPC's: its four to sixteen workers look for work some twenty times after each message, 15 ms apart at
    first, and so cost more than all that is sent. What does come wakes them at once, as before.
    """
    before = _slack()
    if before:
        _sleep_within(SLACK_NS)
    try:
        yield
    finally:
        if before:
            _sleep_within(before)


def _slack() -> bytes:
    """Of the calling thread, which is the main one; empty where there is no such thing."""
    try:
        with open(SLACK_FILE, "rb", buffering=0) as file:
            return file.read(32)
    except OSError:
        return b""


def _sleep_within(nanoseconds: bytes) -> None:
    with suppress(OSError), open(SLACK_FILE, "wb", buffering=0) as file:
        file.write(nanoseconds)
