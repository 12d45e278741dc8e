"""What Windows' and macOS's own commands say: read after their documented formats, not yet proven there.

Each is asked where it is installed; on Linux none of them is.
"""

import re
from datetime import datetime

from agent.collectors.asking import Tool
from agent.signals import Metric

TMUTIL = Tool(("tmutil",), timeout_s=30.0, limit_bytes=16 * 1024)
SOFTWAREUPDATE = Tool(("softwareupdate",), timeout_s=60.0, limit_bytes=256 * 1024)
# Without a scan of its own: the system scans by itself.
SOFTWAREUPDATE_WORDS = ("--list", "--no-scan")
W32TM = Tool(("w32tm", "w32tm.exe"), timeout_s=10.0, limit_bytes=16 * 1024)
W32TM_WORDS = ("/query", "/status")
_BACKUP = re.compile(r"(\d{4}-\d\d-\d\d-\d{6})(?:\.backup)?/?\s*\Z")
_LABEL = re.compile(r"^\* Label: \S", re.MULTILINE)
_LEAP = re.compile(r"^[^:\n]+: ([0-3])\(", re.MULTILINE)
_ALARM = 3


def latest_backup(told: str) -> datetime | None:
    """`tmutil latestbackup`: a path that ends in the instant, in the machine's own zone; None for never.

    Raises ValueError.
    """
    if not told.strip():
        return None
    match = _BACKUP.search(told)
    if match is None:
        raise ValueError("tmutil: a path without its instant")
    return datetime.strptime(match[1], "%Y-%m-%d-%H%M%S").astimezone()


def pending(told: str) -> list[Metric]:
    """`softwareupdate --list`: one "* Label:" for each update. It names no severity. Raises ValueError."""
    if "Software Update Tool" not in told and "No new software" not in told:
        raise ValueError("softwareupdate: an answer that is none")
    return [Metric("vigia.updates.pending", len(_LABEL.findall(told)), "{package}")]


def kept(told: str) -> list[Metric]:
    """`w32tm /query /status`: the leap indicator comes first, in whatever language. Raises ValueError."""
    match = _LEAP.search(told)
    if match is None:
        raise ValueError("w32tm: an answer without its leap indicator")
    return [Metric("vigia.time.synchronized", float(int(match[1]) != _ALARM), "1")]
