"""Which process serves a local port: looked up while it is well, so that it can be named when it is not.

A walk over open files is dear (tens of milliseconds on a busy machine): never done periodically.
"""

import os

from agent.collectors.procfs import Roots, Unreadable, names, text
from agent.rootdoor import asked
from agent.rootdoor.listeners import service_of
from agent.signals import Listener

LISTENING = "0A"
PROCESSES_MAX = 4096


def find(port: int, roots: Roots) -> Listener | None:
    """The process that listens on a local TCP port, by root's eyes where it is another user's; else None."""
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            inodes |= listening_inodes(text(f"{roots.proc}/net/{table}"), port)
        except (Unreadable, ValueError):
            continue
    if not inodes:
        return None
    wanted = {f"socket:[{inode}]" for inode in inodes}
    for pid in [int(name) for name in names(roots.proc) if name.isdecimal()][:PROCESSES_MAX]:
        if _holds(f"{roots.proc}/{pid}/fd", wanted):
            return described(pid, roots)
    known = asked.listeners()
    return next((Listener(pid, name, unit) for one, pid, name, unit in known if one == port), None)


def described(pid: int, roots: Roots) -> Listener | None:
    """A process by its name and unit; None when it is gone."""
    try:
        name = text(f"{roots.proc}/{pid}/comm", 4096).strip()
        return Listener(pid, name, service_of(text(f"{roots.proc}/{pid}/cgroup", 65_536)))
    except Unreadable:
        return None


def listening_inodes(table: str, port: int) -> set[str]:
    """The sockets of /proc/net/tcp that listen on the port. Raises ValueError."""
    found = set()
    for line in table.splitlines()[1:]:
        fields = line.split()
        if len(fields) > 9 and fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
            found.add(fields[9])
    return found


def _holds(folder: str, wanted: set[str]) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(os.readlink(entry.path) in wanted for entry in entries)
    except OSError:  # it ended meanwhile, or it is not ours to see
        return False
