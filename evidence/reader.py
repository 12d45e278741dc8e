"""Reading a bundle that somebody else sent: nothing is believed, nothing is unpacked to a path.

Order of distrust: packed size, the zip's own directory before it is parsed, every declared size, then every
byte as it is inflated. Memory stays at one chunk, besides the three tables and what the caller reads.
"""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from evidence.bundle import FINDINGS, MANIFEST, REDACTION, TABLES, label_fault
from evidence.errors import BundleCorrupt, BundleError, BundleForged, BundleTooLarge
from evidence.limits import DEFAULT_LIMITS, Limits
from evidence.manifest import Manifest, manifest_from_json

CHUNK_BYTES = 64 * 1024
_END = struct.Struct("<4s4H2LH")  # end of central directory, APPNOTE.TXT 4.3.16
_ENTRY_MIN_BYTES = 46
_ENTRY_EXTRA_BYTES = 64


class Bundle:
    """A bundle that passed every check. Labels are names to show, never places to write."""

    def __init__(self, container: zipfile.ZipFile, limits: Limits) -> None:
        self._container = container
        self._limits = limits
        self._entries = {entry.filename: entry for entry in container.infolist()}
        self.manifest: Manifest = manifest_from_json(self._table(MANIFEST))
        self.findings: tuple[dict[str, Any], ...] = _findings(self._table(FINDINGS))
        self.redaction: dict[str, int] = _counts(self._table(REDACTION))

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the stored items, sorted; the tables are not among them."""
        return tuple(sorted(label for label in self._entries if label not in TABLES))

    def size(self, label: str) -> int:
        """Unpacked bytes of that item. Raises KeyError for an unknown label."""
        return self._entries[label].file_size

    def read(self, label: str) -> bytes:
        """The whole item. Raises KeyError for an unknown label, BundleError for bad bytes."""
        return b"".join(self.chunks(label))

    def chunks(self, label: str) -> Iterator[bytes]:
        """The item piece by piece, at most 64 KiB each; a wrong checksum is raised at the end."""
        entry = self._entries[label]
        left = entry.file_size
        try:
            with self._container.open(entry) as member:
                while piece := member.read(CHUNK_BYTES):
                    left -= len(piece)
                    if left < 0:
                        raise BundleCorrupt(f"{label!r} unpacks to more than it states", member=label)
                    yield piece
        except BundleError:
            raise
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            struct.error,
        ) as error:
            raise BundleCorrupt(f"{label!r} cannot be unpacked: {error}", member=label) from error
        if left:
            raise BundleCorrupt(f"{label!r} ends {left} bytes early", member=label)

    def verify(self) -> None:
        """Unpack everything once: checksums, and sizes and hashes as the manifest states them."""
        stated = {item.label: item for item in self.manifest.items}
        if len(stated) != len(self.manifest.items):
            raise BundleForged("manifest names an item twice")
        for label in self.labels:
            item = stated.pop(label, None)
            if item is None:
                raise BundleForged(f"{label!r} is not in the manifest", member=label)
            digest = hashlib.sha256()
            for piece in self.chunks(label):
                digest.update(piece)
            if digest.hexdigest() != item.sha256 or self.size(label) != item.bytes:
                raise BundleForged(f"{label!r} is not what the manifest states", member=label)
        absent = sorted(label for label, item in stated.items() if item.sha256)
        if absent:
            raise BundleForged(f"manifest names {absent[0]!r}, which is not there", member=absent[0])

    def _table(self, name: str) -> object:
        if name not in self._entries:
            raise BundleForged(f"{name} is missing", member=name)
        if self.size(name) > self._limits.manifest_bytes:
            raise BundleTooLarge(
                f"{name} in bytes", self._limits.manifest_bytes, self.size(name), member=name
            )
        try:
            return json.loads(self.read(name))
        except (ValueError, RecursionError) as error:
            raise BundleForged(f"{name} is not JSON", member=name) from error


def read_bundle(data: bytes, limits: Limits = DEFAULT_LIMITS, *, verify: bool = True) -> Bundle:
    """Open and check a bundle; with `verify` (the default) every byte of it.

    Raises BundleTooLarge (a limit), BundleCorrupt (damage) or BundleForged (not one of ours). Verifying a
    large bundle takes seconds of CPU: call it in a worker, not on an event loop.
    """
    return open_bundle(io.BytesIO(data), limits, verify=verify)


def open_bundle(file: BinaryIO, limits: Limits = DEFAULT_LIMITS, *, verify: bool = True) -> Bundle:
    """The same from a file, for what is too large for memory; the bundle reads it until it is forgotten.

    Without `verify` only the directory and the tables are read: for what was verified when it came in.
    """
    size = file.seek(0, io.SEEK_END)
    if size > limits.packed_bytes:
        raise BundleTooLarge("packed size in bytes", limits.packed_bytes, size)
    _check_directory(file, size, limits)
    try:
        container = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError, OSError, EOFError) as error:
        raise BundleCorrupt(f"not a readable zip: {error}") from error
    _check_entries(container.infolist(), limits)
    bundle = Bundle(container, limits)
    if verify:
        bundle.verify()
    return bundle


def _check_directory(file: BinaryIO, size: int, limits: Limits) -> None:
    """Bound the directory before zipfile builds an object per entry, whatever the count field claims."""
    if size < _END.size:
        raise BundleCorrupt("too short to be a zip")
    file.seek(max(0, size - _END.size - 20))
    data = file.read()
    mark, disk, cd_disk, here, total, cd_bytes, cd_start, comment = _END.unpack(data[-_END.size :])
    if mark != b"PK\x05\x06" or comment or disk or cd_disk or here != total:
        raise BundleCorrupt("the zip's end is missing or damaged: the upload was cut short?")
    if data[-_END.size - 20 : -_END.size - 16] == b"PK\x06\x07":
        raise BundleForged("zip64 is never needed within the limits")
    if cd_start + cd_bytes != size - _END.size:
        raise BundleCorrupt("the zip's directory is not where its end says")
    if total > limits.members + len(TABLES):
        raise BundleTooLarge("number of members", limits.members, total)
    if cd_bytes > max(total, 1) * (_ENTRY_MIN_BYTES + limits.label_bytes + _ENTRY_EXTRA_BYTES):
        raise BundleForged("the zip's directory is larger than its count of members allows")


def _check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.members + len(TABLES):
        raise BundleTooLarge("number of members", limits.members, len(entries))
    seen: set[str] = set()
    unpacked = packed = 0
    for entry in entries:
        label = entry.filename
        fault = label_fault(label) or ("is there twice" if label in seen else "")
        if not fault and entry.flag_bits & 0x1:
            fault = "is encrypted"
        if not fault and entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            fault = "is packed with another method than deflate"
        if fault:
            raise BundleForged(f"member {label!r} {fault}", member=label)
        seen.add(label)
        unpacked += entry.file_size
        packed += entry.compress_size
        _check_ratio(entry.file_size, entry.compress_size, limits, label)
    if unpacked > limits.unpacked_bytes:
        raise BundleTooLarge("unpacked size in bytes", limits.unpacked_bytes, unpacked)
    _check_ratio(unpacked, packed, limits, None)


def _check_ratio(unpacked: int, packed: int, limits: Limits, label: str | None) -> None:
    if unpacked > limits.ratio_free_bytes and unpacked > limits.ratio * max(packed, 1):
        raise BundleTooLarge(
            "ratio unpacked to packed", limits.ratio, unpacked // max(packed, 1), member=label
        )


def _findings(value: object) -> tuple[dict[str, Any], ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise BundleForged("findings.json is not a list of objects", member=FINDINGS)
    return tuple(value)


def _counts(value: object) -> dict[str, int]:
    counts = value.get("counts") if isinstance(value, dict) else None
    if not isinstance(counts, dict) or not all(type(count) is int for count in counts.values()):
        raise BundleForged("redaction.json does not hold counts", member=REDACTION)
    return counts
