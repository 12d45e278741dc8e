"""One record of the flight recorder as bytes: marker, length, CRC, kind, boot, sequence, two clocks, payload.

The marker lets a reader find the next good record behind a damaged one, so that one flipped bit costs one
record. Zeros between records are room that was never written, not damage.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

MARKER = b"\xf5VR1"
PAYLOAD_MAX_BYTES = 64 * 1024
_HEAD = struct.Struct(">4sII")
_BODY = struct.Struct(">BIQQQ")
OVERHEAD_BYTES = _HEAD.size + _BODY.size


class Kind(IntEnum):
    """What the payload is; the numbers are those on disk."""

    BEGIN = 1
    COLUMNS = 2
    ROW = 3
    SNAPSHOT = 4
    LINE = 5
    TOP = 6
    LINK = 7
    END = 8


@dataclass(frozen=True, slots=True)
class Record:
    """`sequence` grows by 1 over the whole life of the ring. `boot`: CRC-32 of the boot's id. `at_ms`: Unix
    milliseconds by the machine's clock, which may jump; `mono_ms` counts within one boot and never does."""

    kind: Kind
    boot: int
    sequence: int
    at_ms: int
    mono_ms: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A good record at [start, end) of the scanned bytes."""

    record: Record
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Torn:
    """Bytes [start, end) that are neither a readable record nor empty room."""

    start: int
    end: int


def boot_tag(boot_id: str) -> int:
    """A boot's id as records carry it."""
    return zlib.crc32(boot_id.encode())


def encode(record: Record) -> bytes:
    """The record's bytes. The CRC covers everything but the marker, the length included."""
    head = _BODY.pack(record.kind, record.boot, record.sequence, record.at_ms, record.mono_ms)
    length = struct.pack(">I", len(head) + len(record.payload))
    crc = zlib.crc32(record.payload, zlib.crc32(head, zlib.crc32(length)))
    return b"".join((MARKER, length, struct.pack(">I", crc), head, record.payload))


def scan(data: bytes) -> Iterator[Found | Torn]:
    """All of `data`, in order, as good records and the damage between them; empty room is passed over."""
    at = 0
    while at < len(data):
        found = _at(data, at)
        if found is not None:
            yield found
            at = found.end
            continue
        following = _next_good(data, at)
        torn = data[at:following].rstrip(b"\0")
        begin = len(torn) - len(torn.lstrip(b"\0"))
        if torn:
            yield Torn(at + begin, at + len(torn))
        at = following


def _next_good(data: bytes, start: int) -> int:
    at = data.find(MARKER, start)
    while at >= 0 and _at(data, at) is None:
        at = data.find(MARKER, at + 1)
    return at if at >= 0 else len(data)


def _at(data: bytes, at: int) -> Found | None:
    if len(data) - at < OVERHEAD_BYTES or not data.startswith(MARKER, at):
        return None
    _, length, crc = _HEAD.unpack_from(data, at)
    end = at + _HEAD.size + length
    if not _BODY.size <= length <= _BODY.size + PAYLOAD_MAX_BYTES or end > len(data):
        return None
    body = data[at + _HEAD.size : end]
    if zlib.crc32(body, zlib.crc32(data[at + 4 : at + 8])) != crc:
        return None
    kind, boot, sequence, at_ms, mono_ms = _BODY.unpack_from(body)
    try:
        return Found(Record(Kind(kind), boot, sequence, at_ms, mono_ms, body[_BODY.size :]), at, end)
    except ValueError:
        return None
