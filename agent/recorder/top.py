"""The busiest and the largest processes, once a minute: names and numbers, no command lines.

From /proc/PID/stat alone: some 20 microseconds a process. Command lines may hold secrets and stand, redacted,
in the evidence that is taken at the fault.
"""

import json
import os
from dataclasses import dataclass

from agent.collectors.procfs import MACHINE, PAGE_BYTES, TICKS_PER_S, Roots

BUSY = 8
LARGE = 5
PROCESSES_MAX = 5_000


@dataclass(frozen=True, slots=True)
class Process:
    """`cpu_ratio` is of one processor since the last look (may exceed 1)."""

    pid: int
    name: str
    cpu_ratio: float
    memory_bytes: int


class Top:
    """`look` blocks for some milliseconds; never raises for processes that end meanwhile."""

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._proc = roots.proc
        self._before: dict[int, int] = {}
        self._before_s = 0.0

    def look(self, mono_s: float) -> list[Process]:
        """Those that used the processor most since the last look, then the largest of the others."""
        span_s = mono_s - self._before_s if self._before else 0.0
        ticks: dict[int, int] = {}
        seen: list[Process] = []
        for name in os.listdir(self._proc)[: 2 * PROCESSES_MAX]:
            if not name.isdigit():
                continue
            told = self._stat(name)
            if told is None:
                continue
            pid, called, spent, memory_bytes = told
            ticks[pid] = spent
            grown = max(0, spent - self._before.get(pid, spent))
            ratio = grown / TICKS_PER_S / span_s if span_s > 0 else 0.0
            seen.append(Process(pid, called, ratio, memory_bytes))
        self._before, self._before_s = ticks, mono_s
        seen.sort(key=lambda one: -one.cpu_ratio)
        busy = [one for one in seen[:BUSY] if one.cpu_ratio > 0]
        rest = sorted(seen[len(busy) :], key=lambda one: -one.memory_bytes)
        return busy + rest[:LARGE]

    def _stat(self, name: str) -> tuple[int, str, int, int] | None:
        try:
            descriptor = os.open(f"{self._proc}/{name}/stat", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            stat = os.read(descriptor, 1024)
        except OSError:
            return None
        finally:
            os.close(descriptor)
        begin, end = stat.find(b"("), stat.rfind(b")")
        words = stat[end + 2 :].split()
        if begin < 0 or len(words) < 22:
            return None
        called = stat[begin + 1 : end].decode("utf-8", "replace")
        return int(name), called, int(words[11]) + int(words[12]), int(words[21]) * PAGE_BYTES


def top_payload(processes: list[Process]) -> bytes:
    rows = [[one.pid, one.name, round(one.cpu_ratio, 3), one.memory_bytes] for one in processes]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def top_of(payload: bytes) -> list[Process]:
    """Back again. Raises ValueError."""
    try:
        return [
            Process(int(pid), str(name), float(cpu), int(mem)) for pid, name, cpu, mem in json.loads(payload)
        ]
    except (TypeError, KeyError) as error:
        raise ValueError(f"not a list of processes: {error}") from None
