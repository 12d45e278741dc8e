"""Watches: how a contract names a service. Each is a collector of its own, looked at every 2 s.

A hanging watch delays no other. A watch only looks: it never restarts, changes or logs in anywhere.
"""

from collections.abc import Iterable

from agent.clock import Clock, SystemClock
from agent.collectors.procfs import MACHINE, Roots
from agent.collectors.watches.http import HttpWatch
from agent.collectors.watches.look import WatchCollector
from agent.collectors.watches.process import ProcessWatch
from agent.collectors.watches.tcp import TcpWatch
from agent.collectors.watches.unit import UnitWatch
from agent.config import Watch

_KINDS: dict[str, type[WatchCollector]] = {
    "unit": UnitWatch,
    "process": ProcessWatch,
    "tcp": TcpWatch,
    "http": HttpWatch,
}


def watch_collectors(
    watches: Iterable[Watch], clock: Clock | None = None, roots: Roots = MACHINE
) -> tuple[WatchCollector, ...]:
    """One collector for each configured watch, in their order. Raises KeyError for an unknown kind."""
    monotonic = (clock or SystemClock()).monotonic
    return tuple(_KINDS[watch.kind](watch, monotonic, roots) for watch in watches)
