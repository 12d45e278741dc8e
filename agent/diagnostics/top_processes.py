"""The processes that use most: by processor during half a second, and by memory."""

import contextlib
import threading
from dataclasses import dataclass

import psutil

from agent.diagnostics.item import KIB, Recipe, Taken, table
from agent.diagnostics.request import Request

TOP = 15
SAMPLE_S = 0.5
COMMAND_MAX = 4096


@dataclass(frozen=True, slots=True)
class Use:
    """One process. `cpu_ratio` is of one processor (may exceed 1), `memory_bytes` what is resident."""

    pid: int
    user: str
    state: str
    cpu_ratio: float
    memory_bytes: int
    command: str


def take(_: Request | None = None) -> Taken:
    """Two tables. Whole command lines: the redactor sees them next, and needs them whole to know a secret."""
    uses = measured()
    by_cpu = sorted(uses, key=lambda use: (-use.cpu_ratio, -use.memory_bytes))[:TOP]
    by_memory = sorted(uses, key=lambda use: -use.memory_bytes)[:TOP]
    data = b"By processor use, during %d ms\n" % (SAMPLE_S * 1000) + shown(by_cpu)
    data += b"\nBy resident memory\n" + shown(by_memory)
    return Taken("/proc/[0-9]*/{stat,statm,cmdline}", data)


def measured() -> list[Use]:
    """Every process that lived during the sample; those that ended or may not be seen are left out."""
    before = {process.pid: (process, seconds(process)) for process in psutil.process_iter()}
    threading.Event().wait(SAMPLE_S)
    uses = []
    for process, spent_s in before.values():
        with contextlib.suppress(psutil.Error, OSError), process.oneshot():
            uses.append(
                Use(
                    process.pid,
                    process.username(),
                    process.status(),
                    max(0.0, seconds(process) - spent_s) / SAMPLE_S,
                    process.memory_info().rss,
                    (" ".join(process.cmdline()) or f"[{process.name()}]")[:COMMAND_MAX],
                )
            )
    return uses


def seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except (psutil.Error, OSError):
        return 0.0
    return float(times.user + times.system)


def shown(uses: list[Use]) -> bytes:
    rows = [
        (
            str(use.pid),
            use.user,
            use.state,
            f"{use.cpu_ratio * 100:.0f}",
            f"{use.memory_bytes / 2**20:.1f}",
            use.command.replace("\n", " "),
        )
        for use in uses
    ]
    return table(("PID", "USER", "STATE", "CPU%", "MIB", "COMMAND"), rows)


RECIPE = Recipe("processes.txt", 128 * KIB, take)
