"""Runs a simulated year and tells what it took: seed, counts, figures, digest.

python -m tests.simulation.year [--days 365] [--incidents 3000] [--seed N] [--one-in 300] [--postgresql]
"""

import argparse
import asyncio
import json
import logging
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import SystemRandom
from typing import Any

from controller import flow
from controller.core.changes import Changes
from controller.reports import cases, history
from controller.reports.compliance import By, Line, Report
from controller.storage import Storage
from tests.simulation.agenda import Draw
from tests.simulation.invariants import Invariants
from tests.simulation.life import Life
from tests.simulation.process import MortalStorage, Process
from tests.simulation.straight import straight_sqlite
from tests.simulation.world import BEGINS, settle
from tests.support.clocks import JumpingClock
from tests.support.stores import fresh_url, load_all_tables

RECOUNT = Path(__file__).with_name("recount.py")
Figures = dict[str, dict[str, dict[str, int]]]


@dataclass(frozen=True, slots=True)
class Lived:
    """`ours`: the report's figures; `theirs`: what the second script counts from the export."""

    seed: int
    incidents: int
    acts: int
    refused: int
    steps: int
    late: int
    deaths: int
    outages: int
    rebuilt: int
    notices: int
    days_looked_at: int
    ours: Figures
    theirs: Figures
    digest: str
    cpu_s: float
    recount_s: float


async def live(
    folder: Path, *, seed: int, days: int, incidents: int, one_in: int = 300, backend: str = "sqlite"
) -> Lived:
    """Raises AssertionError with what does not hold."""
    began = time.process_time()
    load_all_tables()
    draw = Draw(seed, days, incidents)
    with straight_sqlite():
        async with fresh_url(backend, folder, empty=False) as url:
            clock = JumpingClock(BEGINS)
            storage = MortalStorage(url, clock, seed, one_in)
            storage.dispatcher = flow.dispatcher(Changes(), lambda: None)
            storage.is_mortal = False
            try:
                process = Process(storage, clock)
                world = await settle(storage, clock)
                await process.start()
                life, holds = Life(world, process, clock), Invariants(storage)
                await life.live(draw.found, draw.end, holds.look)
                await holds.finish()
                await process.beat()
                lines, report, notices = await _told(storage, clock.now())
            finally:
                await storage.close()
    lived_s = time.process_time() - began
    theirs, recount_s = _recounted(folder, lines)
    return Lived(
        seed, len(life.cases), life.acts, life.refused, holds.steps, holds.late, process.deaths,
        life.outages, life.rebuilt, notices, holds.looks, figures(report), theirs, _digest(lines), lived_s,
        recount_s,
    )  # fmt: skip


async def _told(storage: Storage, now: datetime) -> tuple[list[dict[str, Any]], Report, int]:
    """The exported history, the report, and how many notices there are."""
    from sqlalchemy import text

    async with storage.reading() as connection:
        span = history.span_of("2026-01-01", now.date().isoformat(), now.date())
        lines = [cases.case_of(one) async for one in history.told(connection, span, now)]
        report = await history.report(connection, span, now)
        notices = (await connection.execute(text("SELECT count(*) FROM outbox"))).scalar_one()
    return lines, report, int(notices)


def _recounted(folder: Path, lines: list[dict[str, Any]]) -> tuple[Figures, float]:
    """By another program that knows nothing of ours."""
    path = folder / "history.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-I", str(RECOUNT), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), time.monotonic() - began


def figures(report: Report) -> Figures:
    """Group -> what is counted -> how many; empty ones left out."""
    found: Figures = {"total": _of(report.total)}
    for by in (By.CUSTOMER, By.MONTH):
        found |= {f"{by.value}:{line.key}": _of(line) for line in report.lines(by)}
    for line in report.lines(By.SEVERITY):
        found[f"severity:{line.key}"] = {
            name: counted for name, counted in _of(line).items() if name != "escalated"
        }
    return found


def _of(line: Line) -> dict[str, dict[str, int]]:
    counted = {
        name: {"kept": tally.kept, "missed": tally.missed, "undecided": tally.undecided}
        for name, tally in (
            ("first_response", line.first_response),
            ("escalation_and_update", line.escalation_and_update),
        )
    }
    counted["escalated"] = {"engine": line.by_engine.count, "person": line.by_person.count}
    return {name: {key: n for key, n in one.items() if n} for name, one in counted.items()}


def _digest(lines: list[dict[str, Any]]) -> str:
    """Of everything that was exported: two runs of one seed come to the same."""
    return sha256(json.dumps(lines, sort_keys=True).encode()).hexdigest()[:16]


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--days", type=int, default=365)
    asked.add_argument("--incidents", type=int, default=3000)
    asked.add_argument("--seed", type=int, default=SystemRandom().randrange(2**32))
    asked.add_argument("--one-in", type=int, default=300, help="units between two deaths; 0: never")
    asked.add_argument("--postgresql", action="store_true")
    wished = asked.parse_args()
    print(f"seed {wished.seed}", flush=True)
    logging.disable(logging.ERROR)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        lived = asyncio.run(live(
            Path(folder), seed=wished.seed, days=wished.days, incidents=wished.incidents,
            one_in=wished.one_in, backend="postgresql" if wished.postgresql else "sqlite",
        ))  # fmt: skip
    tell(lived, time.monotonic() - began)
    return 0 if lived.ours == lived.theirs else 1


def tell(lived: Lived, wall_s: float) -> None:
    print(
        f"{lived.incidents} incidents, {lived.acts} acts of people and agents ({lived.refused} refused), "
        f"{lived.steps} steps of the engine ({lived.late} late), {lived.notices} notices\n"
        f"{lived.outages} outages, killed {lived.deaths} times, {lived.rebuilt} timers rebuilt, invariants "
        f"hold on {lived.days_looked_at} days\n"
        f"{lived.cpu_s:.0f} s CPU, {wall_s:.0f} s in all, recount {lived.recount_s:.1f} s\n"
        f"report and recount {'agree' if lived.ours == lived.theirs else 'DIFFER'}: {lived.ours['total']}\n"
        f"digest {lived.digest}"
    )


if __name__ == "__main__":
    sys.exit(main())
