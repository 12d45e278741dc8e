"""What the kernel has only so many of: open files, threads, tracked connections."""

from datetime import datetime

from agent.collectors.procfs import MACHINE, Roots, Unreadable, text
from agent.names import HANDLES
from agent.signals import Metric, Reading

# Without a real limit the kernel shows the largest number it has.
LIMIT_MAX = 1 << 53


class Handles:
    """`vigia.handles.count`, `vigia.handles.limit` and `vigia.handles.used` (0..1) of "files", "threads" and,
    where a firewall tracks them, "connections"."""

    name = "handles"
    every_s = 60.0

    def __init__(self, roots: Roots = MACHINE) -> None:
        self._proc = roots.proc

    def read(self, now: datetime) -> Reading:
        files = text(f"{self._proc}/sys/fs/file-nr").split()
        threads = text(f"{self._proc}/loadavg").split()[3].partition("/")[2]
        thread_limit = min(self._number("sys/kernel/threads-max"), self._number("sys/kernel/pid_max"))
        metrics = [*one("files", int(files[0]), int(files[2])), *one("threads", int(threads), thread_limit)]
        try:
            tracked = self._number("sys/net/netfilter/nf_conntrack_count")
            metrics += one("connections", tracked, self._number("sys/net/netfilter/nf_conntrack_max"))
        except Unreadable:
            pass  # nothing tracks connections here
        return Reading(self.name, now, 0.0, tuple(metrics))

    def _number(self, name: str) -> int:
        return int(text(f"{self._proc}/{name}"))


def one(kind: str, count: int, limit: int) -> list[Metric]:
    """The metrics of one kind. Raises ValueError for what cannot be."""
    if count < 0 or limit <= 0:
        raise ValueError(f"{kind}: {count} of {limit} is not sound")
    of = {HANDLES: kind}
    shown = min(limit, LIMIT_MAX)
    return [
        Metric("vigia.handles.count", min(count, LIMIT_MAX), "{handle}", of),
        Metric("vigia.handles.limit", shown, "{handle}", of),
        Metric("vigia.handles.used", min(1.0, count / limit), "1", of),
    ]
