"""Why the agent is being stopped: by hand, or because the whole machine goes down (trust.md R6)."""

from contextlib import suppress
from pathlib import Path

from agent.errors import AgentError
from agent.processes import run_async
from agent.wire import Leaving

SCHEDULED = Path("/run/systemd/shutdown/scheduled")
SYSTEMD = Path("/run/systemd/system")
ASK_S = 0.7
OUTPUT_BYTES = 16 * 1024


async def reason_to_leave() -> Leaving:
    """What a SIGTERM means right now; takes at most 1.5 s, and "stopped" when nothing says otherwise."""
    if not _has_systemd():
        return Leaving.STOPPED
    with suppress(AgentError, OSError):
        if (await _said("is-system-running")).strip() == "stopping":
            return from_systemd(await _said("list-jobs", "--no-legend", "--plain"), _scheduled())
    return Leaving.STOPPED


def from_systemd(jobs: str, scheduled: str) -> Leaving:
    """Reboot or power-off, from systemd's job list and its file of planned shutdowns."""
    if "MODE=reboot" in scheduled or "reboot.target" in jobs or "kexec.target" in jobs:
        return Leaving.REBOOT
    return Leaving.SHUTDOWN


async def _said(*words: str) -> str:
    done = await run_async(["systemctl", *words], ASK_S, OUTPUT_BYTES)
    return done.stdout.decode(errors="replace")


def _has_systemd() -> bool:
    return SYSTEMD.is_dir()


def _scheduled() -> str:
    try:
        return SCHEDULED.read_text(errors="replace")
    except OSError:
        return ""
