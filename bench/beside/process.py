"""A running process as the kernel counts it: memory, processor, open files, threads; its children with it."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Look:
    """`rss_mib` and `pss_mib` of it and its living children; `cpu_s` ever spent by it, its threads, its
    living children, and those that ended and were waited for; `own_cpu_s` without any child."""

    rss_mib: float
    pss_mib: float
    cpu_s: float
    own_cpu_s: float
    files: int
    threads: int


def look(pid: int) -> Look:
    """Raises OSError when it has ended."""
    family = [pid, *children(pid)]
    rss_kib, pss_kib = (sum(_smaps(one, key) for one in family) for key in ("Rss:", "Pss:"))
    own_s, ended_s = _cpu(pid)
    others_s = sum(sum(_cpu(one)) for one in family[1:])
    return Look(
        rss_mib=rss_kib / 1024,
        pss_mib=pss_kib / 1024,
        cpu_s=own_s + ended_s + others_s,
        own_cpu_s=own_s,
        files=len(os.listdir(f"/proc/{pid}/fd")),
        threads=len(os.listdir(f"/proc/{pid}/task")),
    )


def children(pid: int) -> list[int]:
    """All below it, of every thread."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for word in _text(task / "children").split():
            found += [int(word), *children(int(word))]
    return found


def sizes(folder: Path, patterns: Iterable[str]) -> int:
    """Bytes of the files there."""
    total = 0
    for pattern in patterns:
        for path in folder.glob(pattern):
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                continue
    return total


def _smaps(pid: int, key: str) -> int:
    for line in _text(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith(key):
            return int(line.split()[1])
    return 0


def _cpu(pid: int) -> tuple[float, float]:
    """Its own (the ended threads' included), and that of its ended children; seconds."""
    fields = _text(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    if len(fields) < 15:
        return 0.0, 0.0
    user, system, children_user, children_system = (int(field) / TICKS_PER_S for field in fields[11:15])
    return user + system, children_user + children_system


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
