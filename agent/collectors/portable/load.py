"""Processors, memory, the time since the boot and the agent itself, by psutil."""

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

from agent.collectors.rates import Rates
from agent.collectors.system.own import size_of
from agent.config import Config
from agent.names import CPU_MODE, MEMORY_STATE, PAGING_STATE
from agent.signals import Metric, Reading

MODES = ("user", "nice", "system", "idle", "iowait", "interrupt", "dpc", "softirq", "steal")
RESTING = ("idle", "iowait")


class Cpu:
    """`system.cpu.utilization` by mode, `vigia.cpu.busy`: 0..1 since the last look, none on the first."""

    name = "cpu"
    every_s = 10.0

    def __init__(self, source: Any = psutil) -> None:
        self._source = source
        self._before: dict[str, float] | None = None

    def read(self, now: datetime) -> Reading:
        times = self._source.cpu_times()._asdict()
        spent = {mode: float(times[mode]) for mode in MODES if mode in times}
        metrics = [Metric("system.cpu.logical.count", self._source.cpu_count() or 1, "{cpu}")]
        before, self._before = self._before, spent
        if before is not None:
            grown = {mode: max(0.0, value - before.get(mode, 0.0)) for mode, value in spent.items()}
            total = sum(grown.values())
            if total > 0:
                metrics += [
                    Metric("system.cpu.utilization", part / total, "1", {CPU_MODE: mode})
                    for mode, part in grown.items()
                ]
                busy = 1.0 - sum(grown.get(mode, 0.0) for mode in RESTING) / total
                metrics.append(Metric("vigia.cpu.busy", min(1.0, max(0.0, busy)), "1"))
        return Reading(self.name, now, 0.0, tuple(metrics))


class Memory:
    """Bytes; `vigia.memory.available` is a ratio 0..1. Raises ValueError when the figures contradict."""

    name = "memory"
    every_s = 10.0

    def __init__(self, source: Any = psutil) -> None:
        self._source = source

    def read(self, now: datetime) -> Reading:
        memory, swap = self._source.virtual_memory(), self._source.swap_memory()
        if memory.total <= 0 or not 0 <= memory.available <= memory.total or swap.used > swap.total:
            raise ValueError("more memory is free than there is")
        metrics = [
            Metric("system.memory.limit", memory.total, "By"),
            Metric("system.memory.usage", memory.total - memory.available, "By", {MEMORY_STATE: "used"}),
            Metric("system.memory.usage", memory.free, "By", {MEMORY_STATE: "free"}),
            Metric("vigia.memory.available", memory.available / memory.total, "1"),
            Metric("system.paging.usage", swap.used, "By", {PAGING_STATE: "used"}),
            Metric("system.paging.usage", swap.free, "By", {PAGING_STATE: "free"}),
        ]
        if swap.total:
            used = swap.used / swap.total
            metrics.append(Metric("system.paging.utilization", used, "1", {PAGING_STATE: "used"}))
        return Reading(self.name, now, 0.0, tuple(metrics))


class Uptime:
    """`system.uptime` and `vigia.boot.time` in seconds; load averages where the system has them. How the last
    run ended is told by each system's own events."""

    name = "uptime"
    every_s = 60.0

    def __init__(self, source: Any = psutil) -> None:
        self._source = source

    def read(self, now: datetime) -> Reading:
        boot_s = float(self._source.boot_time())
        metrics = [
            Metric("system.uptime", max(0.0, now.timestamp() - boot_s), "s"),
            Metric("vigia.boot.time", boot_s, "s"),
        ]
        if hasattr(os, "getloadavg"):  # psutil's own for Windows needs a thread that counts beside us
            loads = os.getloadavg()
            metrics += [
                Metric(f"system.cpu.load_average.{span}", load, "{thread}")
                for span, load in zip(("1m", "5m", "15m"), loads, strict=True)
            ]
            metrics.append(Metric("vigia.load.per_cpu", loads[1] / (self._source.cpu_count() or 1), "1"))
        return Reading(self.name, now, 0.0, tuple(metrics))


class Own:
    """`process.memory.usage` (resident) in bytes, `vigia.agent.cpu` processor seconds per second since the
    last look; `vigia.spool.usage` and `vigia.spool.limit` once a configuration says where the spool is."""

    name = "own"
    every_s = 60.0

    def __init__(self, data: Path | None = None, quota_bytes: int = 0) -> None:
        self._data, self._quota = data, quota_bytes
        self._rates = Rates()

    def fit(self, config: Config) -> "Own":
        return Own(config.data, config.spool_quota_bytes)

    def read(self, now: datetime) -> Reading:
        self._rates.begin(now)
        process = psutil.Process()
        spent = process.cpu_times()
        metrics = [
            Metric("process.memory.usage", process.memory_info().rss, "By"),
            Metric("process.thread.count", process.num_threads(), "{thread}"),
        ]
        busy = self._rates.per_s("cpu", spent.user + spent.system)
        if busy is not None:
            metrics.append(Metric("vigia.agent.cpu", busy, "1"))
        if self._data is not None:
            metrics.append(Metric("vigia.spool.usage", size_of(self._data / "spool"), "By"))
            metrics.append(Metric("vigia.spool.limit", self._quota, "By"))
        return Reading(self.name, now, 0.0, tuple(metrics))
