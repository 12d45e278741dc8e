"""How many logins failed lately: counts only, no names, no addresses.

From the log of bad logins (btmp); where that one is missing, from the journal.
"""

import os
from collections.abc import Callable
from datetime import datetime

from agent.clock import SystemClock
from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.logins import RECORD
from agent.collectors.procfs import MACHINE, Roots
from agent.rootdoor.asked import opened_by_root
from agent.signals import Gap, Metric, Reading

WINDOW_S = 600.0
RECORDS_MAX = 20_000
JOURNAL = Tool(("journalctl",), timeout_s=8.0, limit_bytes=4 * 1024 * 1024)
JOURNAL_WORDS = ("--since=-10min", "--facility=auth,authpriv", "--output=cat", "--no-pager", "--quiet")
JOURNAL_EVERY_S = 290.0
FAILURES = ("Failed password", "authentication failure;", "Failed publickey", "FAILED LOGIN")
_monotonic = SystemClock().monotonic


class FailedLogins:
    """`vigia.logins.failed_10m`: how many failed within the last 10 minutes."""

    name = "logins"
    every_s = 60.0

    def __init__(
        self, roots: Roots = MACHINE, ask: Ask = ask, monotonic: Callable[[], float] = _monotonic
    ) -> None:
        self._btmp, self._ask, self._monotonic = f"{roots.log}/btmp", ask, monotonic
        self._journal: tuple[float, Reading] | None = None
        self._by_root: int | None = None

    def read(self, now: datetime) -> Reading:
        try:
            records = tail(self._opened(), RECORDS_MAX * RECORD.size)
        except OSError as error:
            return self._from_journal(now, f"{self._btmp}: {error.strerror or error}")
        return self._counted(now, recent(records, now.timestamp()))

    def _opened(self) -> int:
        """A descriptor for the caller to close. Root is asked for one only when there is a new file."""
        try:
            return os.open(self._btmp, os.O_RDONLY | os.O_CLOEXEC)
        except PermissionError:
            number = os.stat(self._btmp).st_ino
            if self._by_root is not None and os.fstat(self._by_root).st_ino != number:
                os.close(self._by_root)
                self._by_root = None
            if self._by_root is None:
                self._by_root = opened_by_root(self._btmp)
            return os.dup(self._by_root)

    def _from_journal(self, now: datetime, why: str) -> Reading:
        if self._journal is None or self._monotonic() - self._journal[0] >= JOURNAL_EVERY_S:
            self._journal = (self._monotonic(), self._asked(now, why))
        return self._journal[1]

    def _asked(self, now: datetime, why: str) -> Reading:
        try:
            told = answer(self._ask, JOURNAL, JOURNAL_WORDS)
        except (ProgramMissing, Unanswered) as error:
            gap = Gap(self.name, f"failed logins cannot be counted: {why}; {error}")
            return Reading(self.name, now, 0.0, gaps=(gap,))
        return self._counted(now, sum(1 for line in told.splitlines() if any(f in line for f in FAILURES)))

    def _counted(self, now: datetime, count: int) -> Reading:
        return Reading(self.name, now, 0.0, (Metric("vigia.logins.failed_10m", count, "{login}"),))


def recent(records: bytes, now_s: float) -> int:
    """Records of the window, newest last, as utmp(5) lays them out; a torn last one is left out."""
    count = 0
    for offset in range(len(records) // RECORD.size * RECORD.size - RECORD.size, -1, -RECORD.size):
        at = RECORD.unpack_from(records, offset)[9]
        if at < now_s - WINDOW_S:
            break
        count += at <= now_s + WINDOW_S
    return count


def tail(descriptor: int, most_bytes: int) -> bytes:
    """The file's end, in whole records; closes it. Raises OSError."""
    with open(descriptor, "rb") as log:
        size = os.fstat(log.fileno()).st_size
        log.seek(max(0, (size - most_bytes) // RECORD.size * RECORD.size))
        return log.read(most_bytes)
