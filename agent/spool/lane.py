"""One lane's segment files: append at the end, read from anywhere, remove from the front.

A segment is named after its first sequence. Only its bounds are held in memory; at most one segment is
read at a time (some 1.5 MiB at worst).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agent.disk import AppendHandle, Disk
from agent.spool.record import Found, Lane, Record, Torn, dropped, encode, scan

SEGMENT_BYTES = {Lane.FAULTS: 512 * 1024, Lane.METRICS: 256 * 1024}
DAY_MS = 86_400_000


@dataclass(slots=True)
class Segment:
    """first..last are the sequences in it (last < first: empty); written_ms that of its newest record.

    `sealed`: its end is torn and could not be cut, so nothing is appended to it.
    """

    path: Path
    first: int
    last: int
    size: int
    written_ms: int
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class Tear:
    """Damage found while opening: where, and the bytes themselves."""

    name: str
    data: bytes


class LaneFiles:
    """Raises OSError as the disk does; after a failed append the file is as it was before, or left behind."""

    def __init__(self, disk: Disk, folder: Path, lane: Lane) -> None:
        self._disk = disk
        self._folder = folder
        self.lane = lane
        self.segments: list[Segment] = []
        self._handle: AppendHandle | None = None
        self._cursor: tuple[int, Path, int] | None = None

    @property
    def size_bytes(self) -> int:
        return sum(segment.size for segment in self.segments)

    @property
    def first(self) -> int | None:
        """The lowest sequence held, None when there is none."""
        return next((segment.first for segment in self.segments if segment.last >= segment.first), None)

    @property
    def last(self) -> int:
        """The highest sequence held, 0 when there is none."""
        return max((segment.last for segment in self.segments), default=0)

    def load(self) -> list[Tear]:
        """Reads all segments once; each damaged one is rewritten with its good records alone."""
        tears: list[Tear] = []
        for name in self._disk.list(self._folder):
            if not name.startswith(self._prefix) or not name.endswith(".seg"):
                continue
            try:
                data = self._disk.read(self._folder / name)
            except OSError:
                tears.append(Tear(name, b""))
                continue
            good, torn = self._sift(data)
            tears.extend(Tear(name, data[start:end]) for start, end in torn)
            self._adopt(self._folder / name, data, good, damaged=bool(torn))
        return tears

    def _sift(self, data: bytes) -> tuple[list[Found], list[tuple[int, int]]]:
        good: list[Found] = []
        torn: list[tuple[int, int]] = []
        highest = self.last
        for piece in scan(data):
            if isinstance(piece, Torn):
                torn.append((piece.start, piece.end))
            elif piece.record.lane is not self.lane or piece.record.sequence <= highest:
                # A copy of something we have, or a stray: never offered twice.
                torn.append((piece.start, piece.end))
            else:
                good.append(piece)
                highest = piece.record.sequence
        return good, torn

    def _adopt(self, path: Path, data: bytes, good: list[Found], *, damaged: bool) -> None:
        """Keeps a segment's good records. On a full disk the damage stays where it is and is passed over."""
        sealed = False
        size = sum(found.end - found.start for found in good)
        try:
            if not good:
                self._disk.unlink(path)
                return
            if damaged:
                self._disk.replace(path, b"".join(data[found.start : found.end] for found in good))
        except OSError:
            sealed, size = True, len(data)
        if good:
            written_ms = max(found.record.written_ms for found in good)
            first, last = good[0].record.sequence, good[-1].record.sequence
            self.segments.append(Segment(path, first, last, size, written_ms, sealed))

    def append(self, record: Record, *, sync: bool) -> None:
        """Adds the record; with `sync` it is durable when this returns, its file's name included."""
        data = encode(record)
        segment = self._segment_for(record)
        fresh = segment.size == 0
        try:
            if self._handle is None:
                self._handle = self._disk.append(segment.path)
            self._handle.write(data)
            if sync:
                self._handle.sync()
                if fresh:
                    self._disk.sync_folder(self._folder)
        except OSError:
            self._undo(segment)
            raise
        segment.first = min(segment.first, record.sequence)
        segment.last = record.sequence
        segment.size += len(data)
        segment.written_ms = max(segment.written_ms, record.written_ms)

    def _segment_for(self, record: Record) -> Segment:
        if self.segments:
            newest = self.segments[-1]
            aged = self.lane is Lane.FAULTS and record.written_ms - newest.written_ms > DAY_MS
            if newest.size < SEGMENT_BYTES[self.lane] and not aged and not newest.sealed:
                return newest
        self.close()
        path = self._folder / f"{self._prefix}{record.sequence:020d}.seg"
        while self._disk.exists(path):
            # A failed write left it. The new name sorts before it, so its copy of this sequence loses.
            path = path.with_name(path.name.removesuffix(".seg") + ".0.seg")
        segment = Segment(path, record.sequence, record.sequence - 1, 0, 0)
        self.segments.append(segment)
        return segment

    def _undo(self, segment: Segment) -> None:
        """A failed write leaves a torn end: cut it, or start a new file after it."""
        self.close()
        try:
            if segment.size:
                self._disk.truncate(segment.path, segment.size)
            else:
                self.segments.remove(segment)
                self._disk.unlink(segment.path)
        except OSError:
            segment.sealed = True

    def read(self, start: int, stop: int) -> Iterator[Record]:
        """Records start..stop in order; a hole inside or before them is told as one `dropped` record."""
        expected = start
        for record in self._held(start):
            if record.sequence > stop:
                break
            if record.sequence > expected:
                yield dropped(self.lane, expected, record.sequence - 1)
            yield record
            expected = record.sequence + 1
        else:
            if expected <= stop:
                yield dropped(self.lane, expected, stop)
            return
        if expected <= stop:
            yield dropped(self.lane, expected, stop)

    def _held(self, start: int) -> Iterator[Record]:
        for segment in list(self.segments):
            if segment.last < start:
                continue
            offset = 0
            if self._cursor is not None and self._cursor[:2] == (start, segment.path):
                offset = self._cursor[2]
            for piece in scan(self._disk.read(segment.path, offset, segment.size - offset)):
                if isinstance(piece, Found) and piece.record.sequence >= start:
                    self._cursor = (piece.record.sequence + 1, segment.path, offset + piece.end)
                    yield piece.record

    def remove(self, segment: Segment) -> None:
        """Deletes a segment; the caller has made sure nothing in it is still owed."""
        if self.segments and segment is self.segments[-1]:
            self.close()
        self.segments.remove(segment)
        self._disk.unlink(segment.path)

    def sync(self) -> None:
        """Makes durable what was appended without."""
        if self._handle is not None:
            self._handle.sync()
            self._disk.sync_folder(self._folder)

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    @property
    def _prefix(self) -> str:
        return f"{self.lane.name.lower()}-"
