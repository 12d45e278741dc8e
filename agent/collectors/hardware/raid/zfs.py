"""ZFS pools, from `zpool status`: health, what may still fail, and errors by member."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.hardware.part import DEGRADED, FAILED, OK
from agent.collectors.hardware.raid.array import Array, member_errors
from agent.collectors.procfs import MACHINE, Roots, Unreadable, names, word
from agent.signals import Gap, Metric, Reading

ZPOOL = Tool(("zpool",), timeout_s=20.0)
LOST = {"FAULTED", "UNAVAIL", "REMOVED", "SUSPENDED", "CORRUPT"}
GOOD = {"ONLINE", "AVAIL", "INUSE"}
LEVEL = re.compile(r"(mirror|raidz([123]?)|draid([123]?)\S*?)-\d+\Z")
ASIDE = {"logs", "cache", "spares", "special", "dedup"}
SUFFIX = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@dataclass
class Vdev:
    """One line of a pool's tree. `errors` are reads, writes and checksums."""

    name: str
    state: str
    errors: tuple[float, float, float] = (0, 0, 0)
    children: "list[Vdev]" = field(default_factory=list)


class Zfs:
    """Every imported pool. Without the kernel's module there is no pool; with it, `zpool` must answer."""

    name = "raid:zfs"
    every_s = 120.0

    def __init__(self, roots: Roots = MACHINE, ask: Ask = ask) -> None:
        self._loaded, self._ask = f"{roots.proc}/spl/kstat/zfs", ask

    def read(self, now: datetime) -> Reading:
        if not os.path.isdir(self._loaded):
            return Reading(self.name, now, 0.0)
        states = kernel_states(self._loaded)
        waiting = [name for name, state in states.items() if state == "SUSPENDED"]
        try:
            if waiting:
                raise Unanswered(f"zpool is not asked, it would hang: {', '.join(waiting)} is suspended")
            metrics = _told(answer(self._ask, ZPOOL, ("status", "-p")))
        except (ProgramMissing, Unanswered) as error:
            # The kernel knows the state, not what is behind it: it is believed when it complains.
            bad = [one for name, state in states.items() for one in _by_kernel(name, state)]
            return Reading(self.name, now, 0.0, tuple(bad), (Gap(self.name, str(error)),))
        return Reading(self.name, now, 0.0, tuple(metrics))


def kernel_states(loaded: str) -> dict[str, str]:
    """By pool, as the kernel's module has it; `loaded` is /proc/spl/kstat/zfs."""
    try:
        pools = names(loaded)
    except Unreadable:
        return {}
    told = {pool: word(f"{loaded}/{pool}/state") for pool in pools}
    return {pool: state for pool, state in told.items() if state}


def _told(status: str) -> list[Metric]:
    metrics = [member_errors(name, "data", "permanent", lost) for name, lost in data_errors(status)]
    for name, state, tree in parse(status):
        metrics += pool(name, state, tree).metrics()
        for leaf in leaves(tree):
            for kind, count in zip(("read", "write", "checksum"), leaf.errors, strict=True):
                metrics.append(member_errors(name, leaf.name, kind, count))
    return metrics


def _by_kernel(name: str, state: str) -> list[Metric]:
    told = FAILED if state in LOST else DEGRADED if state == "DEGRADED" else None
    return Array(name, "zfs", "", told, 0, 0, None).metrics() if told else []


def pool(name: str, state: str, tree: list[Vdev]) -> Array:
    """What the pool's tree amounts to."""
    disks = list(leaves(tree))
    lost = [disk.name for disk in disks if disk.state not in GOOD]
    lefts = [left for left in map(_left, tree) if left is not None]
    left = min(lefts) if lefts and len(lefts) == len(tree) else 0
    levels = sorted({re.sub(r"-\d+\Z", "", vdev.name) if vdev.children else "stripe" for vdev in tree})
    told = FAILED if state in LOST else OK if state in GOOD and not lost else DEGRADED
    return Array(
        name, "zfs", "+".join(levels), told, len(disks), len(disks) - len(lost), max(0, left), tuple(lost)
    )


def leaves(tree: list[Vdev]) -> Iterator[Vdev]:
    """The disks, without the groupings; a disk that is being replaced counts as its group says."""
    for vdev in tree:
        if vdev.children:
            yield from leaves(vdev.children)
        else:
            yield vdev


def redundant_members(status: str) -> set[str]:
    """Names of disks whose loss their pool would bear now."""
    return {
        leaf.name
        for _, _, tree in parse(status)
        for vdev in tree
        if (_left(vdev) or 0) > 0
        for leaf in leaves(vdev.children)
    }


def data_errors(status: str) -> list[tuple[str, float]]:
    """(pool, blocks that no copy could restore) where the pool tells: what is lost is lost."""
    found = []
    for block in re.split(r"(?m)^\s*pool: ", status)[1:]:
        told = re.search(r"(?m)^errors: (?:(No known)|(\d+)) data errors", block)
        if told:
            found.append((block.split("\n", 1)[0].strip(), float(told[2] or 0)))
    return found


def _left(vdev: Vdev) -> int | None:
    level = LEVEL.match(vdev.name)
    if level is None:
        return None
    missing = sum(1 for child in vdev.children if child.state not in GOOD)
    if vdev.name.startswith("mirror"):
        return len(vdev.children) - missing - 1
    return int(level[2] or level[3] or 1) - missing


def parse(status: str) -> list[tuple[str, str, list[Vdev]]]:
    """(pool, state, top vdevs that hold data) of each. Raises Unanswered when it is not zpool's answer."""
    if status.strip() == "no pools available":
        return []
    pools = []
    for block in re.split(r"(?m)^\s*pool: ", status)[1:]:
        name, state = block.split("\n", 1)[0].strip(), re.search(r"(?m)^\s*state: (\S+)", block)
        config = re.search(r"(?ms)^\s*NAME\s+STATE\s+READ WRITE CKSUM\s*\n(.*?)(?:^\s*$|\Z)", block)
        if not name or state is None or config is None:
            raise Unanswered("zpool status: its answer is not the table that was expected")
        pools.append((name, state[1], _tree(config[1])))
    if not pools:
        raise Unanswered("zpool status: its answer is not the table that was expected")
    return pools


def _tree(config: str) -> list[Vdev]:
    """The first line is the pool; two blanks are one step down; after "logs" and the like comes no data."""
    top: list[Vdev] = []
    path: list[tuple[int, list[Vdev]]] = [(-1, top)]
    for line in config.splitlines():
        fields = line.split()
        depth = len(line.expandtabs(8)) - len(line.expandtabs(8).lstrip())
        if not fields or fields[0] in ASIDE:
            break
        errors = tuple(map(_count, fields[2:5])) if len(fields) >= 5 else (0.0, 0.0, 0.0)
        vdev = Vdev(fields[0], fields[1] if len(fields) > 1 else "ONLINE", (errors[0], errors[1], errors[2]))
        while path[-1][0] >= depth:
            path.pop()
        path[-1][1].append(vdev)
        path.append((depth, vdev.children))
    return top[0].children if top else []


def _count(word: str) -> float:
    """Older versions write 1.2K even when asked not to."""
    try:
        return float(word[:-1]) * SUFFIX[word[-1]] if word[-1:] in SUFFIX else float(word)
    except ValueError:
        raise Unanswered("zpool status: a count of errors is no number") from None
