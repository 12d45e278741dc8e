"""What each kind of backup leaves behind, read without its password: when it last ended well, and how large.

restic, borg: the repository's own folder. rsnapshot: its log. "newest": any folder that gets a new file each
time. "status": a file that the backup's script writes when it has ended.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from agent.collectors.system.backups.log import last_run

ENTRIES_MAX = 50_000
DEPTH_MAX = 4
STATUS_BYTES = 4096
_GOOD = ("", "0", "ok", "success", "succeeded", "done", "completed")


@dataclass(frozen=True, slots=True)
class Trace:
    """`at` is the last success, None for never; sizes in bytes where the kind tells them."""

    at: datetime | None
    failed: bool = False
    size: int | None = None
    size_before: int | None = None


def trace(kind: str, path: str, match: str) -> Trace:
    """Raises OSError when it cannot be looked at, ValueError when it makes no sense."""
    if kind == "newest":
        return _newest(path, match)
    if kind == "status":
        return _status(path)
    if kind == "restic":
        # One small file for each snapshot; the snapshots' own sizes are encrypted.
        os.stat(f"{path}/config")
        return Trace(_last([entry.stat().st_mtime for entry in os.scandir(f"{path}/snapshots")]))
    if kind == "borg":
        # Written anew with each archive; a repository that was only just made has none with a number above 0.
        os.stat(f"{path}/config")
        ended = [e.stat().st_mtime for e in os.scandir(path) if e.name.startswith(("index.", "hints."))]
        return Trace(_last(ended))
    told = last_run(path)
    return Trace(told.good_at, told.failed)


def _newest(path: str, match: str) -> Trace:
    """The two newest files, the larger one's size being what the next is held against."""
    files = sorted(_files(path, match, 0, [0]))
    if not files:
        return Trace(None)
    at, size = files[-1]
    return Trace(_instant(at), False, size, files[-2][1] if len(files) > 1 else None)


def _files(folder: str, match: str, depth: int, seen: list[int]) -> list[tuple[float, int]]:
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            seen[0] += 1
            if seen[0] > ENTRIES_MAX:
                raise ValueError(f"more than {ENTRIES_MAX} entries: name a narrower folder")
            if entry.is_dir(follow_symlinks=False):
                if depth < DEPTH_MAX:
                    found += _files(entry.path, match, depth + 1, seen)
            elif fnmatchcase(entry.name, match) and entry.is_file(follow_symlinks=False):
                state = entry.stat(follow_symlinks=False)
                found.append((state.st_mtime, state.st_size))
    return found


def _status(path: str) -> Trace:
    """Its age is the run's; its first word the outcome: empty, 0, ok, success; anything else is a failure."""
    try:
        with open(path, "rb") as file:
            told = file.read(STATUS_BYTES).decode("utf-8", "replace").split()
            at = _instant(os.fstat(file.fileno()).st_mtime)
    except FileNotFoundError:
        return Trace(None)
    good = (told[0].strip(".,:;").lower() if told else "") in _GOOD
    return Trace(at, not good)


def _last(instants: list[float]) -> datetime | None:
    return _instant(max(instants)) if instants else None


def _instant(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, UTC)
