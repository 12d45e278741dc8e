"""Whether the machine waits for a restart, and which updates wait: seldom, because asking is dear."""

import os
import re
from collections.abc import Callable
from datetime import datetime

from agent.clock import SystemClock
from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.memory import parse_meminfo
from agent.collectors.procfs import MACHINE, PAGE_BYTES, Roots, Unreadable, text
from agent.collectors.system import elsewhere
from agent.collectors.system.own import memory_limit
from agent.rootdoor.asked import can_ask
from agent.signals import Gap, Metric, Reading

MIB = 1024 * 1024
NEEDED_BYTES = 96 * MIB
COUNT_EVERY_S = 12 * 3600.0 - 60.0
APT = Tool(("apt-get",), timeout_s=60.0, limit_bytes=4 * 1024 * 1024)
DNF = Tool(("dnf", "yum"), timeout_s=90.0, limit_bytes=4 * 1024 * 1024)
NEEDS_RESTARTING = Tool(("needs-restarting",), timeout_s=60.0, limit_bytes=64 * 1024)
# A dry run that takes no lock and fetches nothing.
APT_WORDS = ("--simulate", "-o", "Debug::NoLocking=true", "-o", "APT::Get::Show-User-Simulation-Note=false",
             "dist-upgrade")  # fmt: skip
DNF_WORDS = ("--cacheonly", "--quiet", "updateinfo", "list", "--updates")
_INSTALL = re.compile(r"^Inst \S+ .*\((?P<from>[^)]*)\)")
_SUMMARY = re.compile(r"^\d+ upgraded, \d+ newly installed", re.MULTILINE)
_ADVISORY = re.compile(r"^\S+\s+(?P<kind>(?:Critical|Important|Moderate|Low|Unknown)/Sec\.|\S+)\s+\S+")
_monotonic = SystemClock().monotonic


class Updates:
    """`vigia.reboot.required` 0 or 1, and its `vigia.reboot.required_age` in seconds;
    `vigia.updates.pending`, of them `vigia.updates.security` and `vigia.updates.critical` (counts)."""

    name = "updates"
    every_s = 1800.0
    limit_s = 300.0
    first_s = 120.0

    def __init__(
        self,
        ask: Ask = ask,
        run: str = "/run",
        monotonic: Callable[[], float] = _monotonic,
        roots: Roots = MACHINE,
    ) -> None:
        self._ask, self._flag, self._monotonic = ask, f"{run}/reboot-required", monotonic
        self._roots = roots
        self._counted: tuple[list[Metric], list[Gap]] = ([], [])
        self._counted_at: float | None = None

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:  # noqa: ARG002
        return None

    def read(self, now: datetime) -> Reading:
        if self._counted_at is None or self._monotonic() - self._counted_at >= COUNT_EVERY_S:
            self._counted, self._counted_at = self._count(), self._monotonic()
        metrics, gaps = self._counted
        return Reading(self.name, now, 0.0, (*self._flagged(now), *metrics), tuple(gaps))

    def _flagged(self, now: datetime) -> list[Metric]:
        """Debian and its family leave a file; with it, what RPM's own tool says is not asked."""
        try:
            since_s = os.stat(self._flag).st_mtime
        except FileNotFoundError:
            if any(metric.name == "vigia.reboot.required" for metric in self._counted[0]):
                return []
            return [Metric("vigia.reboot.required", 0.0, "1")]
        age_s = max(0.0, now.timestamp() - since_s)
        return [Metric("vigia.reboot.required", 1.0, "1"), Metric("vigia.reboot.required_age", age_s, "s")]

    def _count(self) -> tuple[list[Metric], list[Gap]]:
        narrow = too_narrow(self._roots)
        if narrow:
            return [], [Gap(self.name, narrow)]
        for tool, words, fine, read in (
            (APT, APT_WORDS, (0,), from_apt),
            (DNF, DNF_WORDS, (0, 100), from_dnf),
            (elsewhere.SOFTWAREUPDATE, elsewhere.SOFTWAREUPDATE_WORDS, (0,), elsewhere.pending),
        ):
            try:
                metrics = read(answer(self._ask, tool, words, fine))
            except ProgramMissing:
                continue
            except (Unanswered, ValueError) as error:
                return [], [Gap(self.name, str(error))]
            return [*metrics, *(self._rpm_restart() if tool is DNF else [])], []
        return [], [Gap(self.name, "no apt-get, dnf or softwareupdate: updates cannot be counted")]

    def _rpm_restart(self) -> list[Metric]:
        try:
            done = self._ask(NEEDS_RESTARTING, "-r")
        except ProgramMissing:
            return []
        if done.timed_out or done.returncode not in (0, 1):
            return []
        return [Metric("vigia.reboot.required", float(done.returncode == 1), "1")]


def too_narrow(roots: Roots) -> str:
    """Why asking would cost too much memory, empty when there is enough.

    A package manager takes up to 90 MiB for some seconds. Under a limit that all of us share, the kernel
    would kill it or us (root's door has a limit of its own); on a machine that is short of memory, something
    of the customer's.
    """
    try:
        available = parse_meminfo(text(f"{roots.proc}/meminfo"))["MemAvailable"]
    except Unreadable:
        return ""  # not Linux
    if available < 2 * NEEDED_BYTES:
        return f"updates are not counted: only {available // MIB} MiB of memory are available"
    limit = memory_limit(text(f"{roots.proc}/self/cgroup"), roots)
    own = int(text(f"{roots.proc}/self/statm").split()[1]) * PAGE_BYTES
    if limit is not None and limit - own < NEEDED_BYTES and not can_ask():
        return f"updates are not counted: that takes more memory than the agent's limit of {limit // MIB} MiB"
    return ""


def from_apt(told: str) -> list[Metric]:
    """`apt-get --simulate`: "Inst NAME [OLD] (NEW ARCHIVE:VERSION/SUITE [ARCH])". apt names no severity."""
    if not _SUMMARY.search(told):
        raise ValueError("apt-get: an answer without its summary")
    sources = [match["from"] for line in told.splitlines() if (match := _INSTALL.match(line))]
    security = sum(1 for source in sources if "ecurity" in source)
    return counts(len(sources), security, 0)


def from_dnf(told: str) -> list[Metric]:
    """`dnf updateinfo list`: "ADVISORY SEVERITY/Sec. PACKAGE", one line a package."""
    kinds = [match["kind"] for line in told.splitlines() if (match := _ADVISORY.match(line))]
    security = sum(1 for kind in kinds if kind.endswith("/Sec.") or kind == "security")
    return counts(len(kinds), security, sum(1 for kind in kinds if kind == "Critical/Sec."))


def counts(pending: int, security: int, critical: int) -> list[Metric]:
    return [
        Metric("vigia.updates.pending", pending, "{package}"),
        Metric("vigia.updates.security", security, "{package}"),
        Metric("vigia.updates.critical", critical, "{package}"),
    ]
