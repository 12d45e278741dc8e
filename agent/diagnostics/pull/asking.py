"""The agent's side: starts the child that collects a profile, follows it, and kills it at its budgets."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import agent
from agent.diagnostics.pull.request import Request, Step, packed, step_from
from agent.disk import Disk
from agent.errors import AgentError
from agent.processes import Finished, ProgramMissing, run_async

BUDGET_S = 60.0
# Beyond what the child spends by its own count: a trial is long and honest, a hanging redactor is neither.
KILL_S = 600.0
STALL_S = 30.0
STEPS_MAX_BYTES = 1024 * 1024
ROOM_BYTES = 96 * 1024 * 1024
READ_BYTES = 1024 * 1024
_HOME = str(Path(agent.__file__).parent.parent)
# By the kernel, at a limit; Windows has no such signals.
KILLED = tuple(-getattr(signal, name) for name in ("SIGXCPU", "SIGKILL") if hasattr(signal, name))
_FAULTS = {2: "profile_unknown", 3: "disk_full", 4: "bundle_too_large"}


class CollectingFailed(AgentError):
    """No bundle. `reason` is one word of the protocol."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Collected:
    """The bundle that lies at the asked path, synced."""

    sha256: str
    size_bytes: int


async def collect(
    profile: str,
    path: Path,
    disk: Disk,
    agent_version: str,
    about: Mapping[str, str],
    on_step: Callable[[Step], None],
) -> Collected:
    """Raises CollectingFailed; then nothing lies at `path`. `on_step` is called on the event loop."""
    if disk.free_bytes(path.parent) < ROOM_BYTES:
        raise CollectingFailed("disk_full", f"less than {ROOM_BYTES // 2**20} MiB free in {path.parent}")
    request = Request(profile, str(path), agent_version, dict(about), BUDGET_S)
    if profile == "trial":
        request = Request(profile, str(path), agent_version, dict(about), BUDGET_S, 120.0, 2**29)
    try:
        ended = await _run(request, on_step)
        if ended.returncode != 0 or ended.timed_out:
            raise _fault(ended)
        digest = await asyncio.to_thread(_digest, disk, path)
        return Collected(digest, disk.size(path))
    except BaseException:
        if disk.exists(path):
            disk.unlink(path)
        raise


async def _run(request: Request, on_step: Callable[[Step], None]) -> Finished:
    # -P: nothing is imported from the folder the agent happens to be started in.
    argv = (sys.executable, "-P", "-m", "agent.diagnostics.pull")
    paths = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH"))))
    # Where the tools of an administrator lie, whoever started us.
    programs = f"{os.environ.get('PATH', os.defpath)}:/usr/local/sbin:/usr/sbin:/sbin"
    environment = {"PYTHONPATH": paths, "PATH": programs}
    loop, rest = asyncio.get_running_loop(), bytearray()

    def heard(data: bytes) -> None:
        rest.extend(data)
        *lines, last = rest.split(b"\n")
        rest[:] = last
        step = step_from(bytes(lines[-1])) if lines else None
        if step is not None:
            loop.call_soon_threadsafe(on_step, step)

    try:
        return await run_async(argv, KILL_S, STEPS_MAX_BYTES, packed(request), environment, heard, STALL_S)
    except ProgramMissing as error:
        raise CollectingFailed("collector_failed", str(error)) from None


def _fault(ended: Finished) -> CollectingFailed:
    said = " ".join(ended.stderr.decode("utf-8", "replace").split())[-300:]
    if ended.stalled:
        return CollectingFailed("collector_stalled", f"nothing moved for {STALL_S:.0f} s")
    if ended.timed_out:
        return CollectingFailed("collector_too_slow", f"not done after {ended.took_s:.0f} s")
    if ended.returncode in KILLED:
        return CollectingFailed("collector_killed", "it took too much processor or memory")
    return CollectingFailed(_FAULTS.get(ended.returncode, "collector_failed"), said)


def _digest(disk: Disk, path: Path) -> str:
    found, offset = hashlib.sha256(), 0
    while piece := disk.read(path, offset, READ_BYTES):
        found.update(piece)
        offset += len(piece)
    return found.hexdigest()
