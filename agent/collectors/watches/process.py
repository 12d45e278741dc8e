"""A watch of a process by its name: is at least one alive?

The process found is remembered and only it is looked at while it lives; the walk over all processes (a few
milliseconds) happens when it is gone.
"""

from collections.abc import Callable

from agent.collectors.procfs import Roots, Unreadable, names, text
from agent.collectors.watches import listener
from agent.collectors.watches.look import Look, WatchCollector
from agent.config import Watch
from agent.signals import WatchResult

COMM_MAX = 15  # the kernel keeps no more of a name
_DEAD = ("Z", "X", "x")


class ProcessWatch(WatchCollector):
    """Target: the kernel's name of the process, or the last part of its program's path."""

    def __init__(self, watch: Watch, monotonic: Callable[[], float], roots: Roots) -> None:
        super().__init__(watch, monotonic, roots)
        self._known: tuple[int, str] | None = None

    def look(self) -> Look:
        if self._known and started(self._known[0], self._roots) == self._known[1]:
            return Look(WatchResult.OK)
        self._known = self._search()
        if self._known is None:
            return Look(WatchResult.ABSENT)
        self.last_listener = listener.described(self._known[0], self._roots) or self.last_listener
        return Look(WatchResult.OK)

    def _search(self) -> tuple[int, str] | None:
        processes = [name for name in names(self._roots.proc) if name.isdecimal()]
        if not processes:
            raise Unreadable(f"{self._roots.proc}: shows no processes at all")
        for pid in map(int, processes):
            if self._named(pid) and (since := started(pid, self._roots)) is not None:
                return pid, since
        return None

    def _named(self, pid: int) -> bool:
        wanted = self.watch.target
        folder = f"{self._roots.proc}/{pid}"
        try:
            if text(f"{folder}/comm", 4096).rstrip("\n") != wanted[:COMM_MAX]:
                return False
            if len(wanted) < COMM_MAX:
                return True
            program = text(f"{folder}/cmdline").partition("\0")[0]
            # Empty in the instant of its start: the kernel's name is all there is then.
            return not program or program.rpartition("/")[2].startswith(wanted)
        except Unreadable:
            return False


def started(pid: int, roots: Roots) -> str | None:
    """When the process began, in the kernel's ticks; None when it is dead. Tells a reused number apart."""
    try:
        fields = text(f"{roots.proc}/{pid}/stat", 65_536).rpartition(")")[2].split()
    except Unreadable:
        return None
    return None if len(fields) < 20 or fields[0] in _DEAD else fields[19]
