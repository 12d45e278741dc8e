"""What fills a filesystem: its largest folders and files, as far as a walk of two seconds comes.

Breadth first, so that a walk cut short has still seen every upper folder. It stays on the filesystem, follows
no links and opens no file.
"""

import heapq
import os
import stat
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from agent.clock import SystemClock
from agent.diagnostics.item import KIB, Recipe, Taken, table
from agent.diagnostics.request import Request

WALK_S = 2.0
DEPTH = 3
TOP = 20
CLOSED_SHOWN = 20
BLOCK_BYTES = 512  # of st_blocks, whatever the filesystem's own


@dataclass(slots=True)
class Found:
    """Bytes on disk and entries, by folder of at most DEPTH levels, everything below included."""

    sizes: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    files: list[tuple[int, str]] = field(default_factory=list)
    complete: bool = True
    closed: list[str] = field(default_factory=list)

    def count(self, folders: tuple[str, ...], path: str, size: int) -> None:
        for folder in folders:
            self.sizes[folder] += size
            self.entries[folder] += 1
        heapq.heappush(self.files, (size, path))
        if len(self.files) > TOP:
            heapq.heappop(self.files)


def wanted(request: Request) -> bool:
    return request.finding.rule in ("filesystem.space", "filesystem.fill_rate", "filesystem.inodes")


def take(request: Request) -> Taken:
    """Raises OSError when the mount point itself cannot be read."""
    root = request.finding.object
    found = walked(root, SystemClock().monotonic, WALK_S)
    folders = [(_mib(size), str(found.entries[path]), path) for path, size in found.sizes.most_common(TOP)]
    crowds = [(str(count), _mib(found.sizes[path]), path) for path, count in found.entries.most_common(TOP)]
    files = [(_mib(size), path) for size, path in sorted(found.files, reverse=True)]
    seen = "all of it was seen" if found.complete else f"cut short after {WALK_S:.0f} s: there is more"
    data = f"Under {root}; {seen}\n\n".encode("utf-8", "replace")
    if found.closed:
        told = ", ".join(sorted(found.closed)[:CLOSED_SHOWN])
        unseen = f"not looked into, only root may: {len(found.closed)} folders ({told})"
        data += unseen.encode("utf-8", "replace") + b"\n\n"
    data += table(("MIB", "ENTRIES", "FOLDER"), folders) + b"\n"
    data += table(("ENTRIES", "MIB", "FOLDER"), crowds) + b"\n" + table(("MIB", "FILE"), files)
    return Taken(f"walk of {root}", data, truncated=not found.complete)


def walked(root: str, monotonic: Callable[[], float], limit_s: float) -> Found:
    """Raises OSError when `root` cannot be read; folders below that refuse are named."""
    found = Found()
    device = os.lstat(root).st_dev
    deadline = monotonic() + limit_s
    waiting: deque[tuple[str, tuple[str, ...]]] = deque([(root, ())])
    with os.scandir(root):
        pass
    while waiting:
        if monotonic() >= deadline:
            found.complete = False
            break
        folder, above = waiting.popleft()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    seen = entry.stat(follow_symlinks=False)
                    if seen.st_dev != device:
                        continue
                    if stat.S_ISDIR(seen.st_mode):
                        below = (*above, entry.path) if len(above) < DEPTH else above
                        waiting.append((entry.path, below))
                    found.count(above or (root,), entry.path, seen.st_blocks * BLOCK_BYTES)
        except PermissionError:
            found.closed.append(folder)
        except OSError:  # gone meanwhile
            continue
    return found


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f}"


RECIPE = Recipe("largest-folders.txt", 64 * KIB, take, wanted)
