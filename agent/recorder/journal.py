"""The systemd journal's newest lines, read from its file as it grows: no program of its own beside us.

After "Journal File Format" of the systemd project. Only what is needed of it: objects are walked from the
last one that was seen to the file's tail; entries name data objects, of which four fields are wanted.
Compressed fields (more than some 512 bytes) are told by their length alone.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path

from agent.recorder.lines import TEXT_MAX_BYTES, Line

FOLDERS = (Path("/var/log/journal"), Path("/run/log/journal"))
MACHINE_ID = Path("/etc/machine-id")
FILE = "system.journal"
SIGNATURE = b"LPKSHHRH"
HEADER_BYTES = 208
COMPACT = 1 << 4
KNOWN_FLAGS = 0b11111
ENTRY = 3
COMPRESSED = 0b111
ENTRY_HEAD = 64
AT_ONCE = 500
OBJECTS_AT_ONCE = 20_000
CACHE_MAX = 1_024
_OBJECT = struct.Struct("<BB6xQ")
_WANTED = (b"MESSAGE=", b"PRIORITY=", b"_SYSTEMD_UNIT=", b"SYSLOG_IDENTIFIER=", b"_TRANSPORT=")


class JournalFile:
    """Raises OSError where there is no journal of this machine, ValueError for one of a newer format."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or _found()
        self._descriptor = -1
        self._cache: dict[int, bytes | None] = {}
        self._begin()
        self._at = self._tail()  # what is in it already is history

    def lines(self, mono_zero_ms: int) -> Iterator[Line]:  # noqa: ARG002 - it has dates of its own
        """Raises OSError or ValueError, after what could be read."""
        try:
            yield from self._more()
            if self._path.stat().st_ino != self._inode:  # put aside for a new one
                self._begin()
                yield from self._more()
        except struct.error as error:
            raise ValueError(f"the journal ends in the middle: {error}") from None

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _begin(self) -> None:
        """Opens the file at its first object."""
        self.close()
        self._cache.clear()
        self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        self._inode = os.fstat(self._descriptor).st_ino
        header = self._bytes(0, HEADER_BYTES)
        if len(header) < HEADER_BYTES or not header.startswith(SIGNATURE):
            raise ValueError("not a journal file")
        flags = struct.unpack_from("<I", header, 12)[0]
        if flags & ~KNOWN_FLAGS:
            raise ValueError("a journal of a newer format")
        compact = bool(flags & COMPACT)
        self._item = struct.Struct("<I" if compact else "<Q8x")
        self._payload_at = 72 if compact else 64
        self._at = 0
        self._first = struct.unpack_from("<Q", header, 88)[0]

    def _tail(self) -> int:
        tail: int = struct.unpack("<Q", self._bytes(136, 8))[0]
        return tail

    def _more(self) -> Iterator[Line]:
        """Entries behind the last object that was seen."""
        tail, told = self._tail(), 0
        for _ in range(OBJECTS_AT_ONCE):
            following = self._behind(self._at) if self._at else self._first
            if following > tail or told >= AT_ONCE:
                return
            kind, _, size = _OBJECT.unpack(self._bytes(following, _OBJECT.size))
            if kind == ENTRY:
                line = self._entry(following, size)
                if line is None and following == tail:
                    return  # still being written
                if line is not None:
                    told += 1
                    yield line
            self._at = following

    def _behind(self, at: int) -> int:
        _, _, size = _OBJECT.unpack(self._bytes(at, _OBJECT.size))
        if size < _OBJECT.size:
            raise ValueError("an object without a size")
        return at + (int(size) + 7) // 8 * 8

    def _entry(self, at: int, size: int) -> Line | None:
        head = self._bytes(at, min(size, 16 * 1024))
        realtime_us = struct.unpack_from("<Q", head, 24)[0]
        whole = ENTRY_HEAD + (len(head) - ENTRY_HEAD) // self._item.size * self._item.size
        offsets = [offset for (offset,) in self._item.iter_unpack(head[ENTRY_HEAD:whole])]
        if not realtime_us or not all(offsets):
            return None
        fields = {}
        for offset in offsets:
            field = self._field(offset)
            if field is not None:
                name, _, value = field.partition(b"=")
                fields[name] = value
        return _line(realtime_us // 1000, fields)

    def _field(self, offset: int) -> bytes | None:
        """The data object's field when it is one of those wanted. Short ones come again and again."""
        if offset in self._cache:
            return self._cache[offset]
        data = self._bytes(offset, self._payload_at + 24 + TEXT_MAX_BYTES)
        _, flags, size = _OBJECT.unpack_from(data)
        payload = data[self._payload_at : size]
        field: bytes | None = None
        if flags & COMPRESSED:
            # Whose field it is would have to be unpacked to be known; the long ones are messages.
            field = b"MESSAGE=(a long message, packed into %d bytes)" % (size - self._payload_at)
        elif payload.startswith(_WANTED):
            field = payload
        if not payload.startswith(b"MESSAGE="):
            if len(self._cache) >= CACHE_MAX:
                self._cache.clear()
            self._cache[offset] = field
        return field

    def _bytes(self, offset: int, length: int) -> bytes:
        return os.pread(self._descriptor, length, offset)


def _line(at_ms: int, fields: dict[bytes, bytes]) -> Line | None:
    priority = fields.get(b"PRIORITY", b"6")
    if fields.get(b"_TRANSPORT") == b"kernel":
        source = b"kernel"
    else:
        source = fields.get(b"_SYSTEMD_UNIT") or fields.get(b"SYSLOG_IDENTIFIER") or b"?"
    text = fields.get(b"MESSAGE", b"").decode("utf-8", "replace")
    return Line(
        at_ms, int(priority) & 7 if priority.isdigit() else 6, source.decode("utf-8", "replace"), text
    )


def _found() -> Path:
    machine_id = MACHINE_ID.read_text(encoding="ascii", errors="replace").strip()
    for folder in FOLDERS:
        path = folder / machine_id / FILE
        if machine_id and path.is_file():
            return path
    raise FileNotFoundError("no journal of this machine")
