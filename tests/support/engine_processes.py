"""Engines in processes of their own, which a test may kill or stop at any moment.

A first process reads the code once and waits; each engine is forked from it, so that a hundred deaths take a
hundred forks and not a hundred starts.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from controller import flow
from controller.core.changes import Changes
from controller.storage import Storage
from controller.ticker import Ticker

ROOT = Path(__file__).parent.parent.parent


class Engines:
    """`start` gives an engine's process id; `kill` is `kill -9`."""

    def __init__(self, first: "subprocess.Popen[str]") -> None:
        self._first = first
        self._running: set[int] = set()

    def start(self) -> int:
        assert self._first.stdin is not None
        assert self._first.stdout is not None
        self._first.stdin.write("\n")
        self._first.stdin.flush()
        pid = int(self._first.stdout.readline())
        self._running.add(pid)
        return pid

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self._running.discard(pid)

    def end(self) -> None:
        for pid in tuple(self._running):
            with suppress(ProcessLookupError):
                self.kill(pid)
        self._first.kill()
        self._first.wait()


@contextmanager
def engines(url: str, log: Path) -> Iterator[Engines]:
    """On the database at `url`, with the system's clock; what they say goes to `log`."""
    with log.open("w") as said:
        first = subprocess.Popen(
            [sys.executable, "-m", "tests.support.engine_processes", url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )
        made = Engines(first)
        try:
            yield made
        finally:
            made.end()


async def _live(url: str) -> None:
    """An engine as the controller runs it, with its auditor and without agents, pages and post."""
    storage = Storage(url)
    ticker = Ticker(storage, {}, storage.clock)
    storage.dispatcher = flow.dispatcher(Changes(), ticker.wake)
    await ticker.run()


def _wait_for_births(url: str) -> None:
    # Nobody waits for the children: they are reaped by the system.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            with suppress(Exception):
                asyncio.run(_live(url))
            os._exit(1)
        print(pid, flush=True)


if __name__ == "__main__":
    _wait_for_births(sys.argv[1])
