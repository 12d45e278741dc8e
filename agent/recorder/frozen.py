"""Recordings put aside at a fault: few, of bounded size, each until its evidence is in the spool."""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from agent.disk import Disk
from agent.recorder.record import Record, boot_tag, encode
from agent.recorder.ring import Ring

BEFORE_MS = 15 * 60_000
FROZEN_MAX = 6
FROZEN_MAX_BYTES = 1024 * 1024
BOOT = "boot"
_NAME = re.compile(r"frozen-(\d{14})-([0-9a-zA-Z-]{1,64})\.rec")


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording on the disk. `key`: the finding it belongs to, or BOOT for the end of the run before."""

    key: str
    at_ms: int
    path: Path


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the evidence of a finding is to hold: the recording at `path`, or the word that it went with that
    of another finding a moment ago (`same_as`)."""

    path: Path | None = None
    same_as: str = ""


class FrozenFiles:
    """At most FROZEN_MAX of FROZEN_MAX_BYTES; the oldest goes first. Raises OSError as the disk does."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk, self._folder = disk, folder

    def kept(self) -> list[Kept]:
        """The oldest first; what has another name is not ours."""
        found = [(name, _NAME.fullmatch(name)) for name in self._disk.list(self._folder)]
        return [Kept(match[2], int(match[1]), self._folder / name) for name, match in found if match]

    def keep(self, key: str, at_ms: int, data: bytes) -> Kept:
        """Durable when it returns."""
        for old in self.kept()[: -(FROZEN_MAX - 1)]:
            self._disk.unlink(old.path)
        path = self._folder / f"frozen-{max(0, at_ms):014d}-{key}.rec"
        self._disk.replace(path, data)
        return Kept(key, at_ms, path)

    def drop(self, key: str) -> None:
        """Its evidence is safe elsewhere. Never raises: what stays is dropped by its turn."""
        with suppress(OSError):
            for one in self.kept():
                if one.key == key:
                    self._disk.unlink(one.path)


def last_minutes(ring: Ring, boot_id: str = "") -> bytes:
    """The records of the quarter of an hour before the newest one, oldest first, as they stand in the ring.

    Within one boot time is counted by the clock that never jumps. With `boot_id` that boot is left out: what
    is wanted is how the run before it ended.
    """
    left_out = boot_tag(boot_id) if boot_id else None
    newest: Record | None = None
    for record, _ in ring.records():
        if record.boot != left_out and (newest is None or record.sequence > newest.sequence):
            newest = record
    if newest is None:
        return b""
    # Read a second time, so that no more than what is wanted is ever held: memory once had stays the agent's.
    wanted = [
        (record.sequence, data)
        for record, data in ring.records()
        if record.boot != left_out and _is_recent(record, newest)
    ]
    wanted.sort()
    size = 0
    for number, (_, data) in enumerate(reversed(wanted)):
        size += len(data)
        if size > FROZEN_MAX_BYTES:
            wanted = wanted[len(wanted) - number :]
            break
    return b"".join(data for _, data in wanted)


def with_columns(data: bytes, newest: Record, payloads: list[bytes]) -> bytes:
    """The same with the columns of its snapshots before it, so that it can be read alone."""
    head = [
        encode(Record(newest.kind, newest.boot, 0, newest.at_ms, newest.mono_ms, payload))
        for payload in payloads
    ]
    return b"".join(head) + data


def _is_recent(record: Record, newest: Record) -> bool:
    if record.boot == newest.boot:
        return newest.mono_ms - record.mono_ms <= BEFORE_MS
    return 0 <= newest.at_ms - record.at_ms <= BEFORE_MS
