"""The real agent, begun and killed again and again: a parent that has everything imported forks each life.

What is left out is the importing alone: each life opens lock, spool, recorder and judge from the disk, looks,
judges, writes, syncs and connects as `vigia-agent run` does. Its collectors are replaced by one that finds
faults without end, so that whenever the kill comes, something is being written. After each fsync of the
faults lane the bytes that are durable now are noted in a file beside: the oracle of what must not be lost.

`python -m tests.support.warm_agent DATA ENDPOINT` is the parent; `WarmAgent` speaks with it.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from agent.app import Surroundings, run_until_signalled
from agent.clock import SystemClock
from agent.collectors import Collector
from agent.collectors.cpu import Cpu
from agent.config import Config
from agent.disk import AppendHandle, OsDisk
from agent.inventory.told import Told
from agent.link.conversation import Timing
from agent.names import WATCH, WATCH_KIND, WATCH_TARGET
from agent.signals import Finding, Metric, Reading, WatchResult
from agent.spool.record import Found, Record, scan

WITNESS = "witness"
TIMING = Timing(first_retry_s=0.2, retry_max_s=0.8, goodbye_s=1.0)
EVIDENCE_BYTES = 3_000


class _WitnessedHandle:
    """Of a segment of faults: what was synced is noted after it was, in one write."""

    def __init__(self, inner: AppendHandle, witness: int) -> None:
        self._inner, self._witness = inner, witness
        self._waiting = b""

    def write(self, data: bytes) -> None:
        self._inner.write(data)
        self._waiting += data

    def sync(self) -> None:
        self._inner.sync()
        os.write(self._witness, self._waiting)
        self._waiting = b""

    def close(self) -> None:
        self._inner.close()


class WitnessedDisk(OsDisk):
    """The real disk; `witness` is a file to which what is durable is appended."""

    def __init__(self, witness: Path) -> None:
        self._witness = os.open(witness, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def append(self, path: Path, mode: int = 0o600) -> AppendHandle:
        inner = super().append(path, mode)
        if not path.name.startswith("faults-"):
            return inner
        return _WitnessedHandle(inner, self._witness)  # type: ignore[return-value]  # no `with` is used


class Trouble:
    """A watch that finds another outage at each look."""

    name = "watch:trouble"

    def __init__(self, life: str, every_s: float) -> None:
        self.every_s = every_s
        self._life, self._number = life, 0

    def read(self, now: datetime) -> Reading:
        self._number += 1
        of = {WATCH: f"{self._life}-{self._number}", WATCH_KIND: "tcp", WATCH_TARGET: "nowhere:1"}
        refused = Metric("vigia.watch.result", float(WatchResult.REFUSED), "1", of)
        return Reading(self.name, now, 0.0, (refused,))


async def _evidence(_finding: Finding, _before: Iterable[Reading]) -> bytes:
    return os.urandom(EVIDENCE_BYTES)


async def _inventory() -> Told:
    raise ValueError("these lives are shorter than the wait for an inventory")


async def _live(config: Config, life: str, every_s: float) -> None:
    collectors: tuple[Collector, ...] = (Cpu(), Trouble(life, every_s)) if every_s else (Cpu(),)
    around = Surroundings(
        clock=SystemClock(),
        disk=WitnessedDisk(config.data / WITNESS),
        collectors=collectors,
        take_evidence=_evidence,
        take_inventory=_inventory,
        timing=TIMING,
    )
    await run_until_signalled(config, around)


def _parent(data: Path, endpoint: str) -> None:
    """Lines in: `live NAME EVERY_S`, `kill`, `stop`; one word back for each."""
    config = Config(data=data, controller=endpoint)
    pid = 0
    for line in sys.stdin:
        verb, *words = line.split()
        if verb == "live":
            pid = os.fork()
            if not pid:
                _child(config, words[0], float(words[1]))
        else:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL if verb == "kill" else signal.SIGTERM)
            print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
            continue
        print(pid, flush=True)


def _child(config: Config, life: str, every_s: float) -> None:
    code = 1
    try:
        os.close(0)
        asyncio.run(_live(config, life, every_s))
        code = 0
    finally:
        os._exit(code)


class WarmAgent:
    """`data` holds an identity. One life at a time."""

    def __init__(self, data: Path, endpoint: str) -> None:
        self.data = data
        with (data.parent / "warm-agent.log").open("ab") as log:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.support.warm_agent", str(data), endpoint],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={**os.environ, "GRPC_ENABLE_FORK_SUPPORT": "0", "GRPC_VERBOSITY": "NONE"},
            )

    def live(self, name: str, every_s: float) -> int:
        """Begins a life that finds a fault every so often, none when 0; its process id."""
        return self._ask(f"live {name} {every_s}")

    def kill(self) -> None:
        """SIGKILL, and gone when this returns."""
        self._ask("kill")

    def stop(self) -> int:
        """SIGTERM; how it ended."""
        return self._ask("stop")

    def close(self) -> None:
        assert self._parent.stdin is not None
        self._parent.stdin.close()
        self._parent.wait(10)

    def promised(self) -> list[Record]:
        """Every record of the faults lane whose fsync had returned, in that order."""
        path = self.data / WITNESS
        data = path.read_bytes() if path.exists() else b""
        pieces = list(scan(data))
        assert all(isinstance(piece, Found) for piece in pieces), "the witness itself is damaged"
        return [piece.record for piece in pieces if isinstance(piece, Found)]

    def _ask(self, line: str) -> int:
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self._parent.stdin.write(f"{line}\n")
        self._parent.stdin.flush()
        return int(self._parent.stdout.readline())


if __name__ == "__main__":
    _parent(Path(sys.argv[1]), sys.argv[2])
