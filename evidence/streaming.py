"""Writing a bundle straight into a file: for those whose items do not fit in memory together.

The same container as `evidence.bundle` makes, with its members in the order in which they were added and the
tables last.
"""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from evidence.bundle import BundleWriter, entry_of, packing_of
from evidence.manifest import Item


class StreamedBundle(BundleWriter):
    """`file` is empty and can seek. What `add` was given is forgotten as soon as it is written."""

    def __init__(self, file: BinaryIO, **about: Any) -> None:
        super().__init__(**about)
        self._container = zipfile.ZipFile(file, "w")

    def add(self, item: Item, data: bytes, *, cap_bytes: int | None = None) -> Item:
        stated = super().add(item, data, cap_bytes=cap_bytes)
        kept = self._contents.pop(item.label, None)
        if kept is not None:
            self._container.writestr(entry_of(item.label), kept, packing_of(kept), 6)
        return stated

    def add_pieces(self, item: Item, pieces: Iterable[bytes]) -> Item:
        """An item that never lies in memory whole; it must hold nothing that needs redaction. Stored plainly:
        whether deflate would make a bomb of it is not known before its end. What is beyond the budget is left
        out at its end, and counted."""
        self._claim(item.label)
        found, size, cut = hashlib.sha256(), 0, 0
        entry = entry_of(item.label)
        with self._container.open(entry, "w") as member:
            for piece in pieces:
                kept = piece[: max(0, self._left_bytes - size)]
                cut += len(piece) - len(kept)
                size += len(kept)
                found.update(kept)
                member.write(kept)
        self._left_bytes -= size
        stated = replace(
            item, bytes=size, sha256=found.hexdigest(), truncated=item.truncated or cut > 0, cut_bytes=cut
        )
        return self._state(stated)

    def finish(self, finished_at: datetime, findings: Sequence[Mapping[str, Any]] = ()) -> bytes:
        """Writes the tables and ends the container; nothing may follow. Returns no bytes: they are in the
        file."""
        for name, table in self._tables(finished_at, findings).items():
            text = json.dumps(table, ensure_ascii=False, sort_keys=True, indent=1)
            data = text.encode("utf-8", "replace")
            self._container.writestr(entry_of(name), data, packing_of(data), 6)
        self._container.close()
        return b""
