"""Which process serves a local port: looked up while it is well, so that it can be named when it is not.

A walk over open files is dear (tens of milliseconds on a busy machine): never done periodically.
"""

from agent.collectors.procfs import Roots, Unreadable, text
from agent.rootdoor import asked
from agent.rootdoor.listeners import holders, service_of, sockets
from agent.signals import Listener


def find(port: int, roots: Roots) -> Listener | None:
    """The process that listens on a local TCP port, by root's eyes where it is another user's; else None."""
    wanted = {target: one for target, one in sockets(roots.proc).items() if one == port}
    row = next(holders(wanted, roots.proc), None)
    if row is None and wanted:
        row = next((one for one in asked.listeners() if one[0] == port), None)
    return Listener(*row[1:]) if row is not None else None


def described(pid: int, roots: Roots) -> Listener | None:
    """A process by its name and unit; None when it is gone."""
    try:
        name = text(f"{roots.proc}/{pid}/comm", 4096).strip()
        return Listener(pid, name, service_of(text(f"{roots.proc}/{pid}/cgroup", 65_536)))
    except Unreadable:
        return None
