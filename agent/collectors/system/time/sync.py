"""Whether the machine's clock is kept, and how far it is off: chrony, systemd-timesyncd, the kernel, and what
the controller measured at the last welcome."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from agent.clock import SystemClock
from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.procfs import MACHINE, Roots, Unreadable, text, word
from agent.collectors.system import elsewhere
from agent.collectors.system.child import child
from agent.config import Config
from agent.disk import Disk, OsDisk
from agent.lastlink import LastLinkFile
from agent.names import TIME_SOURCE
from agent.processes import Finished
from agent.signals import Gap, Metric, Reading

CHRONYC = Tool(("chronyc",), timeout_s=5.0, limit_bytes=16 * 1024)
KEPT_EVERY_S = 590.0
KERNEL_EVERY_S = 3590.0  # a child of ours, 50 ms of processor time
# timesyncd touches its file at every answer, at most 2048 s apart; three missed ones are none.
TIMESYNCD_MAX_S = 3 * 2048.0
_monotonic = SystemClock().monotonic


class TimeSync:
    """`vigia.time.offset` in seconds, positive when our clock is ahead, by `vigia.time.source`: "chrony" or
    "controller" (which includes how long the welcome travelled); `vigia.time.synchronized` 0 or 1.

    A container's clock is its host's: whether it is kept is a gap there.
    """

    name = "time"
    every_s = 60.0

    def __init__(
        self,
        roots: Roots = MACHINE,
        ask: Ask = ask,
        run: str = "/run",
        data: Path | None = None,
        disk: Disk | None = None,
        monotonic: Callable[[], float] = _monotonic,
        kernel: Callable[[], Finished] | None = None,
    ) -> None:
        self._roots, self._ask, self._run, self._monotonic = roots, ask, run, monotonic
        self._kernel = kernel or _ask_kernel
        self._link = LastLinkFile(disk or OsDisk(), data) if data else None
        self._kept: tuple[list[Metric], list[Gap]] = ([], [])
        self._kept_at: float | None = None
        self._told: tuple[float, list[Metric]] | None = None
        self._welcome: tuple[datetime, float] | None = None

    def fit(self, config: Config) -> "TimeSync":
        """The same, with what the controller measured."""
        return TimeSync(self._roots, self._ask, self._run, config.data, None, self._monotonic, self._kernel)

    def read(self, now: datetime) -> Reading:
        try:
            uptime_s: float | None = float(text(f"{self._roots.proc}/uptime").split()[0])
            blind: list[Gap] = []
        except (Unreadable, ValueError, IndexError) as error:
            # Other counters stand still while a machine sleeps: rather no jump than one that was none.
            uptime_s, blind = None, [Gap(self.name, f"jumps between two connections are not seen: {error}")]
        if self._kept_at is None or self._monotonic() - self._kept_at >= KEPT_EVERY_S:
            self._kept, self._kept_at = self._keeper(now), self._monotonic()
        metrics, gaps = self._kept
        gaps = [*gaps, *blind]
        measured = self._measured(now, uptime_s)
        if measured is not None:
            metrics = [*metrics, Metric("vigia.time.offset", measured, "s", {TIME_SOURCE: "controller"})]
        return Reading(self.name, now, 0.0, tuple(metrics), tuple(gaps))

    def _measured(self, now: datetime, uptime_s: float | None) -> float | None:
        """What the last welcome said, and every jump of our clock against its own uptime since, if known."""
        link = self._link.read() if self._link else None
        if link is None or link.connected_at is None or link.clock_ahead_s is None:
            return None
        if uptime_s is None:
            return link.clock_ahead_s
        began_s = now.timestamp() - uptime_s
        if link.boot_at_unix_s is not None and link.boot == word(
            f"{self._roots.proc}/sys/kernel/random/boot_id"
        ):
            return link.clock_ahead_s + began_s - link.boot_at_unix_s
        # Of another run of the machine, or of an agent that did not write it down: from the first look on.
        if self._welcome is None or self._welcome[0] != link.connected_at:
            self._welcome = (link.connected_at, began_s)
        return link.clock_ahead_s + began_s - self._welcome[1]

    def _keeper(self, now: datetime) -> tuple[list[Metric], list[Gap]]:
        if os.path.exists(f"{self._run}/systemd/container") or os.path.exists(f"{self._run}/../.dockerenv"):
            return [], [Gap(self.name, "the host of this container keeps its clock")]
        try:
            told = tracking(answer(self._ask, CHRONYC, ("-c", "tracking")))
        except ProgramMissing:
            return self._without_chrony(now)
        except (Unanswered, ValueError) as error:
            return [], [Gap(self.name, str(error))]
        return told, []

    def _without_chrony(self, now: datetime) -> tuple[list[Metric], list[Gap]]:
        try:
            age_s = now.timestamp() - os.stat(f"{self._run}/systemd/timesync/synchronized").st_mtime
            if age_s < TIMESYNCD_MAX_S:
                return [Metric("vigia.time.synchronized", 1.0, "1")], []
        except OSError:
            pass  # timesyncd is not there, or has not yet had an answer
        try:
            return elsewhere.kept(answer(self._ask, elsewhere.W32TM, elsewhere.W32TM_WORDS)), []
        except ProgramMissing:
            pass  # not Windows
        except (Unanswered, ValueError) as error:
            return [], [Gap(self.name, str(error))]
        if self._told is not None and self._monotonic() - self._told[0] < KERNEL_EVERY_S:
            return self._told[1], []
        try:
            done = self._kernel()
        except ProgramMissing as error:
            return [], [Gap(self.name, str(error))]
        word = done.stdout.strip()
        if not done.ok or word not in (b"synchronized", b"unsynchronized"):
            return [], [Gap(self.name, "the kernel does not say whether its clock is kept")]
        self._told = (
            self._monotonic(),
            [Metric("vigia.time.synchronized", float(word == b"synchronized"), "1")],
        )
        return self._told[1], []


def _ask_kernel() -> Finished:
    return child("agent.collectors.system.time.kernelclock", timeout_s=5.0, limit_bytes=4096)


def tracking(told: str) -> list[Metric]:
    """`chronyc -c tracking`, see chronyc(1): the fifth field is how far the clock is behind, in seconds."""
    fields = told.strip().split(",")
    if len(fields) < 14:
        raise ValueError("chronyc: tracking has fewer than 14 fields")
    kept = fields[13] != "Not synchronised"
    metrics = [Metric("vigia.time.synchronized", float(kept), "1")]
    if kept:
        metrics.append(Metric("vigia.time.offset", -float(fields[4]), "s", {TIME_SOURCE: "chrony"}))
    return metrics
