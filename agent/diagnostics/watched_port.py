"""For a watch of a port or a web address: who serves it now, and who did when it was last well."""

import json
from urllib.parse import urlsplit

import psutil

from agent.diagnostics.item import KIB, Recipe, Taken
from agent.diagnostics.listening_ports import listening
from agent.diagnostics.request import Request


def wanted(request: Request) -> bool:
    return request.finding.facts.get("watch_kind") in ("tcp", "http")


def take(request: Request) -> Taken:
    port = port_of(request.finding.facts["watch_kind"], request.finding.facts["watch_target"])
    now = [
        {"address": one.address, "pid": one.pid, "process": one.process}
        for one in listening()
        if one.port == port
    ]
    before = request.listener
    told = {
        "target": request.finding.facts["watch_target"],
        "port": port,
        "listening_now": now,
        "last_seen_listening": before
        and {
            "pid": before.pid,
            "process": before.name,
            "unit": before.unit,
            "still_runs": psutil.pid_exists(before.pid),
        },
    }
    return Taken("/proc/net/{tcp,tcp6}", json.dumps(told, indent=1).encode() + b"\n")


def port_of(kind: str, target: str) -> int:
    """Raises ValueError."""
    if kind == "tcp":
        return int(target.rpartition(":")[2])
    parts = urlsplit(target)
    return parts.port or (443 if parts.scheme == "https" else 80)


RECIPE = Recipe("watched-port.json", 32 * KIB, take, wanted)
