"""Who listens on which port, now."""

import contextlib
from dataclasses import dataclass, replace

import psutil

from agent.diagnostics.item import KIB, Recipe, Taken, table
from agent.diagnostics.request import Request
from agent.rootdoor import asked


@dataclass(frozen=True, slots=True)
class Port:
    """A TCP port that accepts connections; the process is empty where it may not be seen."""

    address: str
    port: int
    pid: int | None
    process: str


def take(_: Request | None = None) -> Taken:
    rows = [
        (str(one.port), one.address, str(one.pid or "-"), one.process or "-")
        for one in sorted(listening(), key=lambda one: (one.port, one.address))
    ]
    return Taken("/proc/net/{tcp,tcp6}", table(("PORT", "ADDRESS", "PID", "PROCESS"), rows))


def listening() -> list[Port]:
    """All of them. Tens of milliseconds on a busy machine: only ever at the moment of a finding."""
    found = []
    for connection in psutil.net_connections(kind="tcp"):
        if connection.status == psutil.CONN_LISTEN and connection.laddr:
            name = ""
            if connection.pid:
                with contextlib.suppress(psutil.Error):
                    name = psutil.Process(connection.pid).name()
            found.append(Port(connection.laddr.ip, connection.laddr.port, connection.pid, name))
    return named(found)


def named(found: list[Port]) -> list[Port]:
    """What we may not see ourselves is asked of root."""
    if all(one.pid for one in found):
        return found
    known = {port: (pid, name) for port, pid, name, _ in asked.listeners()}
    return [
        replace(one, pid=known[one.port][0], process=known[one.port][1])
        if one.pid is None and one.port in known
        else one
        for one in found
    ]


RECIPE = Recipe("listening-ports.txt", 64 * KIB, take)
