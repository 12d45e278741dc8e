"""What this machine says of itself: name, system, boot. Signals, never an identity."""

import platform
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from agent import VERSION
from agent.config import Config
from agent.diagnostics.pull.names import abilities
from agent.neighbours.surroundings import can_witness
from agent.wire import Introduction

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
STAT = Path("/proc/stat")
UPTIME = Path("/proc/uptime")


def introduction(config: Config) -> Introduction:
    """As told in the hello of every stream."""
    system, version = _system()
    return Introduction(
        agent_version=VERSION,
        host_name=host_name(),
        os_name=system,
        os_version=version,
        architecture=platform.machine(),
        role=config.role.value,
        boot_id=boot_id(),
        boot_at=boot_at(),
        watches=tuple(watch.name for watch in config.watches),
        abilities=(*abilities(), *(("witness",) if can_witness() else ())),
    )


def host_name() -> str:
    return socket.gethostname()


def boot_id() -> str:
    """The kernel's id of this boot, empty where there is none."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


def uptime_s() -> float | None:
    """How long this boot has lasted, sleep included; None where it is not told."""
    with suppress(OSError, ValueError, IndexError):
        return float(UPTIME.read_text().split()[0])
    return None


def boot_at() -> datetime | None:
    """When the kernel started, None where it does not say."""
    with suppress(OSError, ValueError, IndexError):
        for line in STAT.read_text().splitlines():
            if line.startswith("btime "):
                return datetime.fromtimestamp(int(line.split()[1]), UTC)
    return None


def _system() -> tuple[str, str]:
    try:
        told = platform.freedesktop_os_release()
    except OSError:
        return platform.system(), platform.release()
    return told.get("NAME", platform.system()), told.get("VERSION_ID", platform.release())
