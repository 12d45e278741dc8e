"""Writing a bundle: one zip with deflate, the same bytes for the same contents (signals.md, Bundles).

Zip because one member can be read alone and the standard library suffices. Times inside the container are
fixed and members sorted, so that a bundle is named by its hash; the real times stand in the manifest.
"""

import hashlib
import io
import json
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from evidence.errors import ItemRefused
from evidence.limits import DEFAULT_LIMITS
from evidence.manifest import Item, Manifest, manifest_to_json

MANIFEST, FINDINGS, REDACTION = "manifest.json", "findings.json", "redaction.json"
TABLES = (MANIFEST, FINDINGS, REDACTION)
LABEL_BYTES = 255
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time a zip can state


class BundleWriter:
    """Collects items up to a budget of unpacked bytes, then makes the container.

    An item that does not fit keeps its newest end, from a line's start where there is one; what was left out
    is counted in the manifest. An item for which nothing is left is recorded with no bytes. Redaction comes
    before: a cut may halve a mask, never a secret.
    """

    def __init__(
        self,
        *,
        agent_version: str,
        host: str,
        started_at: datetime,
        profile: str = "",
        budget_bytes: int = 64 * 1024 * 1024,
    ) -> None:
        self._agent_version = agent_version
        self._host = host
        self._profile = profile
        self._started_at = started_at
        self._left_bytes = budget_bytes
        self._items: dict[str, Item] = {}
        self._contents: dict[str, bytes] = {}
        self._counts: Counter[str] = Counter()

    @property
    def left_bytes(self) -> int:
        """What the budget still holds."""
        return self._left_bytes

    def add(self, item: Item, data: bytes, *, cap_bytes: int | None = None) -> Item:
        """Store `data` under the item's label and return the item as the manifest will state it.

        `cap_bytes` is this item's own budget. Raises ItemRefused for a label that is unsafe or taken.
        """
        self._claim(item.label)
        room = self._left_bytes if cap_bytes is None else min(cap_bytes, self._left_bytes)
        kept = newest_end(data, room)
        cut = len(data) - len(kept)
        stated = replace(
            item,
            bytes=len(kept),
            sha256=hashlib.sha256(kept).hexdigest() if kept or not data else "",
            truncated=item.truncated or cut > 0,
            cut_bytes=item.cut_bytes + cut,
        )
        if stated.sha256:
            self._contents[item.label] = kept
            self._left_bytes -= len(kept)
        return self._state(stated)

    def add_gap(self, item: Item) -> Item:
        """Record an item that brought nothing (stuck, refused, withheld), so that the gap is visible."""
        self._claim(item.label)
        return self._state(replace(item, bytes=0, sha256=""))

    def finish(self, finished_at: datetime, findings: Sequence[Mapping[str, Any]] = ()) -> bytes:
        """The container. The writer may go on afterwards and be finished again."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as container:
            for name, table in self._tables(finished_at, findings).items():
                text = json.dumps(table, ensure_ascii=False, sort_keys=True, indent=1)
                _write(container, name, text.encode("utf-8", "replace"))
            for label in sorted(self._contents):
                _write(container, label, self._contents[label])
        return packed.getvalue()

    def _tables(self, finished_at: datetime, findings: Sequence[Mapping[str, Any]]) -> dict[str, object]:
        manifest = Manifest(
            agent_version=self._agent_version,
            host=self._host,
            profile=self._profile,
            started_at=self._started_at,
            finished_at=finished_at,
            items=tuple(self._items.values()),
        )
        return {
            MANIFEST: manifest_to_json(manifest),
            FINDINGS: list(findings),
            REDACTION: {"counts": dict(sorted(self._counts.items()))},
        }

    def _claim(self, label: str) -> None:
        fault = label_fault(label)
        if fault:
            raise ItemRefused("label", f"{label!r} {fault}")
        if label in self._items or label in TABLES:
            raise ItemRefused("label", f"{label!r} is taken; give each item its own")

    def _state(self, item: Item) -> Item:
        self._items[item.label] = item
        self._counts.update(item.redactions)
        return item


def newest_end(data: bytes, room_bytes: int) -> bytes:
    """The last `room_bytes` of `data`, begun at a line's start if one lies in its first half."""
    if len(data) <= room_bytes:
        return data
    if room_bytes <= 0:
        return b""
    kept = data[-room_bytes:]
    line_end = kept.find(b"\n", 0, room_bytes // 2)
    return kept[line_end + 1 :]


def label_fault(label: str) -> str:
    """What makes a label unfit for any bundle, in words; empty when it is fit."""
    if not label or len(label.encode("utf-8", "replace")) > LABEL_BYTES:
        return f"must have 1 to {LABEL_BYTES} bytes"
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in label):
        return "holds control characters"
    if "\\" in label or ":" in label or label.startswith("/"):
        return "looks like an absolute path; use relative words joined by '/'"
    if any(part in ("", ".", "..") for part in label.split("/")):
        return "holds an empty, '.' or '..' part"
    return ""


def entry_of(name: str) -> zipfile.ZipInfo:
    """A member's head, alike on every system and at every hour."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = 3  # else the byte differs between Windows and Linux agents
    entry.external_attr = 0o600 << 16
    return entry


def packing_of(data: bytes) -> int:
    """Deflate, or stored plainly where deflate would look like a bomb."""
    return zipfile.ZIP_STORED if _is_monotonous(data) else zipfile.ZIP_DEFLATED


def _write(container: zipfile.ZipFile, name: str, data: bytes) -> None:
    container.writestr(entry_of(name), data, packing_of(data), 6)


def _is_monotonous(data: bytes) -> bool:
    """One line a million times deflates beyond the ratio a reader may take for a bomb: store it plainly."""
    limits = DEFAULT_LIMITS
    if len(data) <= limits.ratio_free_bytes:
        return False
    sample = data[: limits.ratio_free_bytes]
    if len(zlib.compress(sample, 1)) * 40 > len(sample):
        return False
    return len(zlib.compress(data, 6)) * limits.ratio * 0.9 < len(data)
