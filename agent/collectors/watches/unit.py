"""A watch of a systemd unit.

Asking systemd costs a process each time (5 to 10 ms of CPU): while the unit's main process lives it is
asked every 10 s, and at once when that process is gone or the last answer was not good.
"""

from collections.abc import Callable

from agent.collectors.procfs import Roots
from agent.collectors.watches import listener
from agent.collectors.watches.look import Look, WatchCollector
from agent.collectors.watches.process import started
from agent.config import Watch
from agent.errors import AgentError
from agent.processes import run
from agent.signals import WatchResult

ASK_EVERY_S = 10.0
OUTPUT_LIMIT_BYTES = 16 * 1024
PROPERTIES = ("LoadState", "ActiveState", "SubState", "NRestarts", "MainPID")
_RESULTS = {
    "active": WatchResult.OK,
    "reloading": WatchResult.OK,
    "refreshing": WatchResult.OK,
    "activating": WatchResult.STARTING,
    "failed": WatchResult.FAILED,
}


class SystemdSilent(AgentError):
    """systemd could not be asked: this says nothing about the unit."""


class UnitWatch(WatchCollector):
    """Target: a unit's name as systemd knows it. No answer from systemd is a gap, no fault of the unit."""

    program = "systemctl"

    def __init__(self, watch: Watch, monotonic: Callable[[], float], roots: Roots) -> None:
        super().__init__(watch, monotonic, roots)
        self._last: Look | None = None
        self._asked_at = 0.0
        self._main: tuple[int, str] | None = None

    def look(self) -> Look:
        fresh = self._monotonic() - self._asked_at < ASK_EVERY_S
        if self._last and self._last.result is WatchResult.OK and fresh and self._alive():
            return self._last
        self._last = None
        facts = self._asked()
        self._asked_at = self._monotonic()
        self._last = judged(facts)
        self._remember(facts)
        return self._last

    def _alive(self) -> bool:
        return self._main is None or started(self._main[0], self._roots) == self._main[1]

    def _remember(self, facts: dict[str, str]) -> None:
        pid = facts.get("MainPID", "0")
        since = started(int(pid), self._roots) if pid.isdecimal() and pid != "0" else None
        self._main = (int(pid), since) if since is not None else None
        if self._main:
            self.last_listener = listener.described(self._main[0], self._roots) or self.last_listener

    def _asked(self) -> dict[str, str]:
        argv = (
            self.program,
            "show",
            "--no-pager",
            f"--property={','.join(PROPERTIES)}",
            "--",
            self.watch.target,
        )
        answer = run(argv, self.watch.timeout_s, OUTPUT_LIMIT_BYTES)
        if not answer.ok:
            why = "no answer in time" if answer.timed_out else f"exit status {answer.returncode}"
            raise SystemdSilent(f"systemctl show: {why}")
        facts = dict(
            line.split("=", 1)
            for line in answer.stdout.decode("utf-8", "replace").splitlines()
            if "=" in line
        )
        if "ActiveState" not in facts:
            raise SystemdSilent("systemctl show: an answer without ActiveState")
        return facts


def judged(facts: dict[str, str]) -> Look:
    """What systemd's properties say about the service."""
    restarts = int(facts["NRestarts"]) if facts.get("NRestarts", "").isdecimal() else None
    if facts.get("LoadState") == "not-found":
        return Look(WatchResult.ABSENT, restarts=restarts)
    if facts.get("SubState", "").startswith("auto-restart"):
        return Look(WatchResult.FAILED, restarts=restarts)  # it fell over and systemd is about to try again
    return Look(_RESULTS.get(facts["ActiveState"], WatchResult.INACTIVE), restarts=restarts)
