"""Since when the machine runs, how loaded it is, and whether its last stop was an orderly one."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from agent.collectors.cpu import parse_stat
from agent.collectors.logins import turns, unclean_boots
from agent.collectors.procfs import MACHINE, Roots, text
from agent.processes import ProgramMissing, run
from agent.signals import Gap, Metric, Reading

WTMP_LIMIT_BYTES = 4 * 1024 * 1024 // 384 * 384
# The boot record is written some time after the kernel's own boot time, and before the clock is set.
BOOT_RECORD_WITHIN = timedelta(minutes=30)
DAY = timedelta(days=1)
JOURNAL = ("journalctl", "--boot=-1", "--lines=60", "--output=cat", "--quiet", "--no-pager")
ORDERLY = (
    b"Journal stopped",
    b"systemd-shutdown",
    b"System is powering down",
    b"System is rebooting",
    b"Reached target Shutdown",
    b"Reached target Power-Off",
    b"Reached target Reboot",
    b"Reached target System Power Off",
    b"Reached target System Reboot",
)


@dataclass(frozen=True, slots=True)
class Boot:
    """Which run of the kernel this is; `boot_at` is by the machine's own clock."""

    boot_id: str
    boot_at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """How the run before this one ended. `unclean` is None where it cannot be told."""

    unclean: bool | None
    unclean_24h: int = 0
    reason: str = ""


def boot(roots: Roots = MACHINE) -> Boot:
    """This run of the kernel. Raises Unreadable or ValueError."""
    for line in text(f"{roots.proc}/stat").splitlines():
        if line.startswith("btime "):
            at = datetime.fromtimestamp(int(line.split()[1]), UTC)
            return Boot(text(f"{roots.proc}/sys/kernel/random/boot_id").strip(), at)
    raise ValueError("the kernel does not say when it was started")


class Uptime:
    """`system.uptime` in seconds; load averages as the kernel gives them; `vigia.load.per_cpu` is
    that of 5 minutes divided by the processors.

    `vigia.boot.unclean` (0 or 1), `vigia.boot.unclean_24h` (count) and `vigia.boot.panic_records` (kernel
    crash records waiting in pstore) are looked up once in each run of the agent; absent where unknown.
    """

    name = "uptime"
    every_s = 10.0

    def __init__(self, roots: Roots = MACHINE, journal: tuple[str, ...] = JOURNAL) -> None:
        self._roots, self._journal = roots, journal
        self._boot: Boot | None = None
        self._processors = 0
        self._ending: Ending | None = None

    def read(self, now: datetime) -> Reading:
        uptime_s = float(text(f"{self._roots.proc}/uptime").split()[0])
        loads = [float(field) for field in text(f"{self._roots.proc}/loadavg").split()[:3]]
        if uptime_s < 0 or len(loads) != 3 or min(loads) < 0:
            raise ValueError("uptime or load is not sound")
        gaps: tuple[Gap, ...] = ()
        started = self._boot = self._boot or boot(self._roots)
        self._processors = self._processors or parse_stat(text(f"{self._roots.proc}/stat"))[1]
        if self._ending is None:
            self._ending = last_ending(self._roots, started.boot_at, self._journal)
            if self._ending.unclean is None:
                gaps = (Gap(self.name, self._ending.reason),)  # told once: it will not change in this run
        metrics = [
            Metric("system.uptime", uptime_s, "s"),
            Metric("vigia.load.per_cpu", loads[1] / self._processors, "1"),
            Metric("vigia.boot.time", started.boot_at.timestamp(), "s"),
            *(Metric(f"system.cpu.load_average.{span}", load, "{thread}")
              for span, load in zip(("1m", "5m", "15m"), loads, strict=True)),
        ]  # fmt: skip
        if self._ending.unclean is not None:
            metrics.append(Metric("vigia.boot.unclean", float(self._ending.unclean), "1"))
            metrics.append(Metric("vigia.boot.unclean_24h", self._ending.unclean_24h, "{boot}"))
            metrics.append(Metric("vigia.boot.panic_records", panic_records(self._roots), "{record}"))
        return Reading(self.name, now, 0.0, tuple(metrics), gaps)


def last_ending(roots: Roots, boot_at: datetime, journal: tuple[str, ...]) -> Ending:
    """Asks wtmp, and where it is silent the journal of the run before. Never raises for what is missing."""
    seen = turns(_tail(f"{roots.log}/wtmp.1") + _tail(f"{roots.log}/wtmp"))
    boots = [turn for turn in seen if turn.up]
    if (
        len(seen) > 1
        and boots
        and abs(boots[-1].at_unix_s - boot_at.timestamp()) < BOOT_RECORD_WITHIN.total_seconds()
    ):
        unclean = unclean_boots(seen)
        recent = [at for at in unclean if at > (boot_at - DAY).timestamp()]
        return Ending(boots[-1].at_unix_s in unclean, len(recent))
    try:
        said = run(journal, timeout_s=4.0, output_limit_bytes=256 * 1024)
    except ProgramMissing as error:
        return Ending(None, reason=f"how the last run ended cannot be told: no record in wtmp, {error}")
    if not said.ok or not said.stdout.strip():
        return Ending(
            None, reason="how the last run ended cannot be told: no record in wtmp nor in the journal"
        )
    unclean_last = not any(word in said.stdout for word in ORDERLY)
    return Ending(unclean_last, int(unclean_last))


def panic_records(roots: Roots) -> int:
    """How many crash records firmware kept for us; none when there is no pstore."""
    try:
        return sum(1 for name in os.listdir(f"{roots.sys}/fs/pstore") if name.startswith("dmesg-"))
    except OSError:
        return 0


def _tail(path: str) -> bytes:
    try:
        with open(path, "rb") as log:
            size = os.fstat(log.fileno()).st_size
            log.seek(max(0, (size - WTMP_LIMIT_BYTES) // 384 * 384))
            return log.read(WTMP_LIMIT_BYTES)
    except OSError:
        return b""
