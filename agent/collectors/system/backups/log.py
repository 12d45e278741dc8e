"""How the last runs ended, from rsnapshot's log (rsnapshot(1), "loglevel" 2 and above)."""

import os
import re
from dataclasses import dataclass
from datetime import datetime

TAIL_BYTES = 256 * 1024
_LINE = re.compile(r"^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\] \S+ (\S+): (completed|ERROR)(.*)")


@dataclass(frozen=True, slots=True)
class Runs:
    """`good_at` is the last run that completed, None for never; `failed` is about the very last one."""

    good_at: datetime | None
    failed: bool


def last_run(path: str) -> Runs:
    """Raises OSError. Warnings (a file that vanished meanwhile) are no failure."""
    with open(path, "rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - TAIL_BYTES))
        told = log.read(TAIL_BYTES).decode("utf-8", "replace")
    good_at, failed = None, False
    for line in told.splitlines():
        match = _LINE.match(line)
        if match and match[3] == "ERROR":
            failed = True
        elif match:
            # Written in the machine's own time zone.
            good_at, failed = datetime.fromisoformat(match[1]).astimezone(), False
    return Runs(good_at, failed)
