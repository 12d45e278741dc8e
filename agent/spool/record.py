"""One record of the spool as bytes: marker, length, CRC, lane, kind, sequence, time, payload.

The marker lets a reader find the next good record behind a damaged one, so that one flipped bit costs
one record and not the rest of the file.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

MARKER = b"\xf5VG1"
# With its envelope it must stay under the 1 MiB that a message may have (trust.md "Limits").
PAYLOAD_MAX_BYTES = 768 * 1024
_HEAD = struct.Struct(">4sII")
_BODY = struct.Struct(">BBQQ")
OVERHEAD_BYTES = _HEAD.size + _BODY.size


class Lane(IntEnum):
    """Faults overtake metrics; the numbers are those on disk and on the wire."""

    FAULTS = 1
    METRICS = 2


class Kind(IntEnum):
    """What the payload is; `agent.wire` reads it accordingly."""

    FINDING = 1
    EVIDENCE = 2
    SNAPSHOT = 3
    DROPPED = 4
    DAMAGE = 5
    INVENTORY = 6


@dataclass(frozen=True, slots=True)
class Record:
    """(epoch, lane, sequence) is its identity. `written_ms`: when it was put, Unix milliseconds."""

    lane: Lane
    sequence: int
    kind: Kind
    written_ms: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Found:
    """A good record with the place it stands at: [start, end) in the scanned bytes."""

    record: Record
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Torn:
    """Bytes [start, end) that hold no readable record."""

    start: int
    end: int


def encode(record: Record) -> bytes:
    """The record's bytes on disk. The CRC covers everything but the marker, the length included."""
    body = _BODY.pack(record.lane, record.kind, record.sequence, record.written_ms) + record.payload
    length = struct.pack(">I", len(body))
    return MARKER + length + struct.pack(">I", zlib.crc32(length + body)) + body


def scan(data: bytes, start: int = 0) -> Iterator[Found | Torn]:
    """All of `data` from `start`, in order, as good records and the damage between them."""
    at = start
    while at < len(data):
        found = _at(data, at)
        if found is None:
            following = _next_good(data, at + 1)
            yield Torn(at, following)
            at = following
        else:
            yield found
            at = found.end


def _next_good(data: bytes, start: int) -> int:
    at = data.find(MARKER, start)
    while at >= 0 and _at(data, at) is None:
        at = data.find(MARKER, at + 1)
    return at if at >= 0 else len(data)


def _at(data: bytes, at: int) -> Found | None:
    if len(data) - at < OVERHEAD_BYTES:
        return None
    marker, length, crc = _HEAD.unpack_from(data, at)
    end = at + _HEAD.size + length
    if marker != MARKER or not _BODY.size <= length <= _BODY.size + PAYLOAD_MAX_BYTES or end > len(data):
        return None
    body = memoryview(data)[at + _HEAD.size : end]
    if zlib.crc32(body, zlib.crc32(data[at + 4 : at + 8])) != crc:
        return None
    lane, kind, sequence, written_ms = _BODY.unpack_from(body)
    try:
        record = Record(Lane(lane), sequence, Kind(kind), written_ms, bytes(body[_BODY.size :]))
    except ValueError:
        return None
    return Found(record, at, end)


def dropped(lane: Lane, first: int, last: int) -> Record:
    """Says that sequences first..last will never come; it stands in the place of the last of them."""
    payload = json.dumps({"from": first, "to": last}).encode()
    return Record(lane, last, Kind.DROPPED, 0, payload)


def damage_payload(records: int, size_bytes: int, reason: str) -> bytes:
    """What was set aside: how many records at least, how many bytes, and why."""
    return json.dumps({"records": records, "bytes": size_bytes, "reason": reason}).encode()
