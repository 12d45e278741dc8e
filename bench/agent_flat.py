"""Does the agent grow? Its memory, files, threads and spool while the controller is off and on every minute.

`python bench/agent_flat.py [--minutes 3]`; the figure in README is of an hour: `--minutes 60`. The real
agent with all collectors, rules and the recorder, and one watch whose port closes for a minute out of five,
so that findings, recordings and evidence go the whole way. The controller keeps what it acknowledged: at the
end nothing may be missing and nothing there twice. Exit status 1 when it grew.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from agent.disk import OsDisk
from agent.identity import IdentityStore
from bench.beside.process import Look, look, sizes
from protos.vigia.v1 import agent_pb2 as pb
from tests.support.agent_controller import ListeningController

HOME = Path(__file__).parent.parent
OFF_S, ON_S = 20.0, 40.0
GROWTH_MAX_MIB = 1.0
WIDTH = 40


@dataclass(frozen=True, slots=True)
class Sample:
    """`at_min` minutes after the start."""

    at_min: float
    seen: Look
    faults_kib: float
    metrics_kib: float


class Flapping:
    """The watched port: closed in the last minute of each five."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self.port = 0

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def flap(self) -> None:
        while True:
            await asyncio.sleep(240)
            await self.close()
            await asyncio.sleep(60)
            await self.open()

    @staticmethod
    async def _answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()


async def switch(controller: ListeningController) -> None:
    """Off and on for ever; what was heard is forgotten but for what was committed."""
    while True:
        await asyncio.sleep(ON_S)
        await controller.stop()
        controller.items.clear()
        await asyncio.sleep(OFF_S)
        await controller.start()


def sample(pid: int, began_s: float, spool: Path) -> Sample:
    kib = [sizes(spool, [pattern]) / 1024 for pattern in ("faults-*", "metrics-*")]
    taken = Sample((time.monotonic() - began_s) / 60, look(pid), *kib)
    seen = taken.seen
    print(
        f"{taken.at_min:5.1f} min  {seen.rss_mib:5.1f} MiB  PSS {seen.pss_mib:5.1f}  files {seen.files:3d}"
        f"  threads {seen.threads:2d}  spool {taken.faults_kib:6.0f} + {taken.metrics_kib:4.0f} KiB"
        f"  {seen.own_cpu_s:6.1f} CPU s",
        flush=True,
    )
    return taken


def picture(samples: list[Sample]) -> None:
    """Resident memory over time; the line begins two MiB below the least there was."""
    least = min(one.seen.rss_mib for one in samples) - 2
    most = max(one.seen.rss_mib for one in samples) + 2
    print(f"\n{'':10}{least:.1f} MiB {'':{WIDTH - 16}} {most:.1f} MiB")
    for one in samples:
        bar = round((one.seen.rss_mib - least) / (most - least) * WIDTH)
        print(f"{one.at_min:5.1f} min {'█' * bar}{'·' * (WIDTH - bar)} {one.seen.rss_mib:.1f}")


def verdict(samples: list[Sample], controller: ListeningController) -> bool:
    """The last third beside the second: the first fills what is bounded (histories, caches, threads)."""
    third = max(1, len(samples) // 3)
    middle, end = samples[third : 2 * third] or samples[-1:], samples[-third:]

    def mean(part: list[Sample]) -> float:
        return sum(one.seen.rss_mib for one in part) / len(part)

    growth_mib = mean(end) - mean(middle)
    files = max(one.seen.files for one in end) - max(one.seen.files for one in middle)
    threads = max(one.seen.threads for one in end) - max(one.seen.threads for one in middle)
    span_h = (samples[-1].at_min - samples[0].at_min) / 60
    spent_s = samples[-1].seen.own_cpu_s - samples[0].seen.own_cpu_s
    print(f"\nlast third beside the second: {growth_mib:+.2f} MiB, files {files:+d}, threads {threads:+d}")
    if span_h:
        print(f"processor: {spent_s / span_h:.1f} s an hour, with {controller.streams} connections")
    missing, twice = told(controller)
    print(f"records missing {missing}, findings told twice {twice}")
    flat = growth_mib <= GROWTH_MAX_MIB and files <= 2 and threads <= 1 and not missing and not twice
    print("FLAT" if flat else "IT GREW, OR SOMETHING WAS LOST")
    return flat


def told(controller: ListeningController) -> tuple[int, int]:
    """Sequences that never came though a later one did, and (finding, state) under two sequences."""
    missing = 0
    for lane in (pb.LANE_FAULTS, pb.LANE_METRICS):
        here = {sequence for held, sequence in controller.committed if held == lane}
        missing += max(here, default=0) - len(here)
    findings = Counter(
        (one.finding.finding_id, one.finding.state, one.finding.proposed_severity)
        for one in controller.committed.values()
        if one.HasField("finding")
    )
    return missing, sum(1 for count in findings.values() if count > 1)


async def main(minutes: float, every_min: float) -> int:
    async with ListeningController() as controller:
        with tempfile.TemporaryDirectory() as folder:
            data, port = Path(folder), Flapping()
            await port.open()
            IdentityStore(OsDisk(), data).save(controller.authority.identity(controller.endpoint))
            config = data / "agent.toml"
            config.write_text(f'[[watch]]\nname = "p"\nkind = "tcp"\ntarget = "127.0.0.1:{port.port}"\n')
            argv = [sys.executable, "-m", "agent", "run", "--config", str(config), "--data", folder]
            environment = {**os.environ, "PYTHONPATH": str(HOME)}
            process = await asyncio.create_subprocess_exec(
                *argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            began_s = time.monotonic()
            tasks = [asyncio.create_task(part) for part in (switch(controller), port.flap())]
            try:
                samples = []
                await asyncio.sleep(20)
                while True:
                    samples.append(sample(process.pid, began_s, data / "spool"))
                    left_s = minutes * 60 - (time.monotonic() - began_s)
                    if left_s <= 1:
                        break
                    await asyncio.sleep(min(every_min * 60, left_s))
            finally:
                for task in tasks:
                    task.cancel()
                process.kill()
                await process.wait()
            picture(samples)
            return 0 if verdict(samples, controller) else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--every", type=float, default=0.0, help="minutes between two looks")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.minutes, given.every or min(5.0, given.minutes / 6))))
