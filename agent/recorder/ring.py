"""The ring on disk: eight files of 256 KiB, made once and written over in turn.

Made beforehand, so that it goes on recording on a full disk, which is when it is wanted most. It always
starts: what cannot be read is counted and told, and its place is cleared so that it is told once.
"""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from agent.disk import Disk, PatchHandle, own_folder
from agent.recorder.record import PAYLOAD_MAX_BYTES, Found, Kind, Record, Torn, boot_tag, encode, scan

SEGMENTS = 8
SEGMENT_BYTES = 256 * 1024
# Longer than the recorder ever goes without a sync.
UNSYNCED_MS = 20_000
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Damage:
    """What was unreadable at the start: places at least, bytes, and in which files."""

    places: int = 0
    size_bytes: int = 0
    names: list[str] = field(default_factory=list)

    def add(self, name: str, size_bytes: int) -> None:
        self.places += 1
        self.size_bytes += size_bytes
        if name not in self.names:
            self.names.append(name)


class Ring:
    """`open` once; `put` keeps in memory, `write` hands to the system, `sync` makes durable.

    After `write`, a killed agent loses nothing of it; after `sync`, neither does a power cut.
    """

    def __init__(
        self, disk: Disk, folder: Path, boot_id: str, segments: int = SEGMENTS, size: int = SEGMENT_BYTES
    ) -> None:
        self._disk, self._folder, self._size = disk, folder, size
        self._names = [f"ring-{number}" for number in range(segments)]
        self._boot = boot_tag(boot_id)
        self._waiting: list[bytes] = []
        self._segment, self._position, self._sequence = 0, 0, 1
        self._handle: PatchHandle | None = None
        self._last: Record | None = None
        self.damage = Damage()

    @property
    def began_anew(self) -> bool:
        """Whether the recording before this start belongs to another boot."""
        return self._last is not None and self._last.boot != self._boot

    @property
    def ended_abruptly(self) -> bool:
        """Whether the recording before this start belongs to another boot and was not ended by anybody."""
        return self.began_anew and self._last is not None and self._last.kind is not Kind.END

    def open(self) -> None:
        """May be tried again. Raises OSError when the files cannot be made, never for damage in them."""
        self.close()
        if not own_folder(self._disk, self._folder):
            self.damage.add(self._folder.name, 0)
        newest: tuple[int, int] | None = None
        torn: dict[int, list[tuple[Torn, Record | None]]] = {}
        short: dict[str, int] = {}
        for number, name in enumerate(self._names):
            data = self._read_or_make(name, short)
            pieces = list(scan(data))
            for place, piece in enumerate(pieces):
                if isinstance(piece, Torn):
                    behind = pieces[place + 1] if place + 1 < len(pieces) else None
                    follower = behind.record if isinstance(behind, Found) else None
                    torn.setdefault(number, []).append((piece, follower))
                elif self._last is None or piece.record.sequence > self._last.sequence:
                    self._last, newest = piece.record, (number, piece.end)
        if newest is not None:
            self._segment, self._position = newest
            self._sequence = (self._last.sequence if self._last else 0) + 1
            for name, size_bytes in short.items():
                self.damage.add(name, size_bytes)
        self._clear(torn)

    def put(self, kind: Kind, at_ms: int, mono_ms: int, payload: bytes) -> None:
        """Adds a record; what is longer than a record may be is cut."""
        record = Record(kind, self._boot, self._sequence, at_ms, mono_ms, payload[:PAYLOAD_MAX_BYTES])
        self._sequence += 1
        self._waiting.append(encode(record))

    def write(self) -> None:
        """Writes what waits over the oldest there is. What cannot be written is given up: raises OSError."""
        waiting, self._waiting = self._waiting, []
        together: list[bytes] = []
        length = 0
        for data in waiting:
            if self._position + length + len(data) > self._size:
                self._patch(b"".join(together))
                together, length = [], 0
                self._next_segment()
            together.append(data)
            length += len(data)
        self._patch(b"".join(together))

    def sync(self) -> None:
        """Raises OSError."""
        if self._handle is not None:
            self._handle.sync()

    def close(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def records(self) -> Iterator[tuple[Record, bytes]]:
        """Every record held with its bytes, file by file, the oldest file first."""
        count = len(self._names)
        for step in range(1, count + 1):
            name = self._names[(self._segment + step) % count]
            with suppress(OSError):
                data = self._disk.read(self._folder / name)
                for piece in scan(data):
                    if isinstance(piece, Found):
                        yield piece.record, data[piece.start : piece.end]

    # -- small print -----------------------------------------------------------------------------------

    def _read_or_make(self, name: str, short: dict[str, int]) -> bytes:
        """The file's bytes, at its whole size afterwards; how much of it was missing goes into `short`."""
        path = self._folder / name
        data = b""
        with suppress(FileNotFoundError):
            data = self._disk.read(path)
        if len(data) == self._size:
            return data
        short[name] = abs(self._size - len(data))
        data = data[: self._size]
        self._disk.replace(path, data + bytes(self._size - len(data)))
        return data

    def _clear(self, torn: dict[int, list[tuple[Torn, Record | None]]]) -> None:
        """Empties what cannot be read. What the power took from the writing hand is no damage."""
        for number, pieces in torn.items():
            for piece, follower in pieces:
                if not self._is_cut_off(number, follower):
                    self.damage.add(self._names[number], piece.end - piece.start)
            handle = self._disk.patch(self._folder / self._names[number])
            try:
                for piece, _ in pieces:
                    handle.write(piece.start, bytes(piece.end - piece.start))
                handle.sync()
            finally:
                handle.close()

    def _is_cut_off(self, number: int, follower: Record | None) -> bool:
        """Whether a tear is what a power cut leaves: at the end, in the file that was being emptied, or among
        the last records, of which the disk may keep the later and not the earlier."""
        last = self._last
        if last is not None and last.boot == self._boot:
            return False
        if number != self._segment:
            return number == (self._segment + 1) % len(self._names)
        if last is None or follower is None:
            return True
        return follower.boot == last.boot and last.mono_ms - follower.mono_ms <= UNSYNCED_MS

    def _patch(self, data: bytes) -> None:
        if not data:
            return
        if self._handle is None:
            self._handle = self._disk.patch(self._folder / self._names[self._segment])
        self._handle.write(self._position, data)
        self._position += len(data)

    def _next_segment(self) -> None:
        """Empties the oldest file first: a record of the lap before must not be taken for a new one's end."""
        if self._handle is not None:
            self._handle.sync()
        self.close()
        self._segment = (self._segment + 1) % len(self._names)
        self._position = 0
        self._handle = self._disk.patch(self._folder / self._names[self._segment])
        self._handle.write(0, bytes(self._size))
        self._handle.sync()
