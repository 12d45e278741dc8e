"""A machine's readings told step by step to a judge, and what it made of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from agent import names
from agent.config import Role
from agent.rules import Judge
from agent.signals import Finding, FindingState, Gap, Metric, Reading, Severity, WatchResult

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
GIB = 1024.0**3
Moment = Callable[[float], Reading]


class Story:
    """Time passes by telling: each step is `seconds` of one kind of reading, one each `every_s`."""

    def __init__(self, role: Role = Role.SERVER, judge: Judge | None = None) -> None:
        numbers = count(1)
        self.judge = judge or Judge(role, lambda: f"finding-{next(numbers)}")
        self.now = START
        self.changes: list[Finding] = []

    def tell(
        self, kind: Callable[[datetime], Reading], seconds: float, every_s: float = 10.0
    ) -> list[Finding]:
        """What changed during this step."""
        changes = []
        end = self.now + timedelta(seconds=seconds)
        while self.now < end:
            changes += self.judge.judge(kind(self.now), self.now)
            self.now += timedelta(seconds=every_s)
        self.changes += changes
        return changes

    def silence(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def told(changes: list[Finding]) -> list[tuple[str, str]]:
    """[("raised", "critical"), ("cleared", "critical")]"""
    return [(change.state.value, change.severity.value) for change in changes]


RAISED, CLEARED = FindingState.RAISED, FindingState.CLEARED
NORMAL, HIGH, CRITICAL = Severity.NORMAL, Severity.HIGH, Severity.CRITICAL


def gap(collector: str) -> Callable[[datetime], Reading]:
    return lambda at: Reading(collector, at, 0.0, gaps=(Gap(collector, "hangs"),))


def reading(collector: str, *metrics: Metric) -> Callable[[datetime], Reading]:
    return lambda at: Reading(collector, at, 0.0, metrics)


def watch(result: WatchResult, name: str = "shop") -> Callable[[datetime], Reading]:
    of = {names.WATCH: name, names.WATCH_KIND: "http", names.WATCH_TARGET: "http://127.0.0.1/"}
    metrics = [
        Metric("vigia.watch.up", float(result is WatchResult.OK), "1", of),
        Metric("vigia.watch.result", float(result), "1", of),
        Metric("vigia.watch.duration", 0.01, "s", of),
    ]
    return reading(f"watch:{name}", *metrics)


def filesystem(
    free: float,
    size: float = 100 * GIB,
    *,
    mountpoint: str = "/",
    kind: str = "ext4",
    readonly: bool = False,
    inodes_free: float = 900_000,
) -> Callable[[datetime], Reading]:
    return reading("filesystems", *filesystem_metrics(free, size, mountpoint, kind, readonly, inodes_free))


def filesystem_metrics(
    free: float, size: float, mountpoint: str, kind: str, readonly: bool, inodes_free: float
) -> list[Metric]:
    of = {names.MOUNTPOINT: mountpoint, names.DEVICE: "/dev/sda1", names.FILESYSTEM_TYPE: kind}
    return [
        Metric("system.filesystem.limit", size, "By", of),
        Metric("system.filesystem.usage", size - free, "By", {**of, names.FILESYSTEM_STATE: "used"}),
        Metric("system.filesystem.usage", free, "By", {**of, names.FILESYSTEM_STATE: "free"}),
        Metric("system.filesystem.utilization", 1 - free / size, "1", of),
        Metric("vigia.filesystem.readonly", float(readonly), "1", of),
        Metric("vigia.filesystem.inodes_limit", 1_000_000, "{inode}", of),
        Metric("vigia.filesystem.inodes_free", inodes_free, "{inode}", of),
    ]


def filling(free: float, per_hour: float, size: float = 100 * GIB) -> Callable[[datetime], Reading]:
    """Free space that shrinks evenly from now on."""
    began: list[datetime] = []

    def at(now: datetime) -> Reading:
        began.append(now)
        left = free - per_hour * (now - began[0]).total_seconds() / 3600
        return filesystem(max(0.0, left), size)(now)

    return at


def memory(
    available: float, *, swap_used: float = 0.0, oom_kills: float = 0, faults: float = 0.0
) -> Callable[[datetime], Reading]:
    """Ratios of 16 GiB of memory and 4 GiB of swap."""
    total, swap = 16 * GIB, 4 * GIB
    return reading(
        "memory",
        Metric("system.memory.limit", total, "By"),
        Metric("system.linux.memory.available", available * total, "By"),
        Metric("vigia.memory.available", available, "1"),
        Metric("system.paging.usage", swap_used * swap, "By", {names.PAGING_STATE: "used"}),
        Metric("system.paging.usage", (1 - swap_used) * swap, "By", {names.PAGING_STATE: "free"}),
        Metric("system.paging.utilization", swap_used, "1", {names.PAGING_STATE: "used"}),
        Metric("vigia.paging.major_fault_rate", faults, "{fault}/s"),
        Metric("vigia.memory.oom_kills", oom_kills, "{kill}"),
    )


def cpu(busy: float) -> Callable[[datetime], Reading]:
    return reading("cpu", Metric("vigia.cpu.busy", busy, "1"), Metric("system.cpu.logical.count", 4, "{cpu}"))


def uptime(
    load_per_cpu: float = 0.1, *, up_s: float = 86_400, unclean: float | None = 0.0, unclean_24h: float = 0
) -> Callable[[datetime], Reading]:
    metrics = [
        Metric("system.uptime", up_s, "s"),
        Metric("vigia.load.per_cpu", load_per_cpu, "1"),
        Metric("vigia.boot.time", (START - timedelta(seconds=up_s)).timestamp(), "s"),
        Metric("system.cpu.load_average.5m", load_per_cpu * 4, "{thread}"),
    ]
    if unclean is not None:
        metrics += [
            Metric("vigia.boot.unclean", unclean, "1"),
            Metric("vigia.boot.unclean_24h", unclean_24h, "{boot}"),
            Metric("vigia.boot.panic_records", 0, "{record}"),
        ]
    return reading("uptime", *metrics)


def disk(latency_s: float) -> Callable[[datetime], Reading]:
    of = {names.DEVICE: "sda"}
    return reading(
        "disks",
        Metric("vigia.disk.latency", latency_s, "s", of),
        Metric("vigia.disk.pending", 3, "{operation}", of),
    )


def network(**interfaces: tuple[bool, bool]) -> Callable[[datetime], Reading]:
    """Each interface with (up, leads out)."""
    metrics = []
    for name, (up, leads) in interfaces.items():
        of = {names.INTERFACE: name}
        metrics.append(Metric("vigia.network.default_route", float(leads), "1", of))
        metrics.append(Metric("vigia.network.up", float(up), "1", of))
    return reading("network", *metrics)


def errors(per_minute: float, packets_per_minute: float = 6000) -> Callable[[datetime], Reading]:
    """Counters of eth0 that grow evenly since the start of the story, whatever came before."""
    of = {names.INTERFACE: "eth0", names.DIRECTION_NETWORK: "receive"}
    began: list[datetime] = []

    def at(now: datetime) -> Reading:
        began.append(now)
        minutes = (now - began[0]).total_seconds() / 60
        return Reading(
            "network",
            now,
            0.0,
            (
                Metric("vigia.network.default_route", 1.0, "1", {names.INTERFACE: "eth0"}),
                Metric("system.network.errors", per_minute * minutes, "{error}", of),
                Metric("system.network.packet.count", packets_per_minute * minutes, "{packet}", of),
            ),
        )

    return at
