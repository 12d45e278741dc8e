"""Bundles of evidence as pages show them: what each holds, item by item, with its gaps in sight."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from controller.blobs.folder import BlobFolder
from controller.core.errors import VigiaError
from controller.diagnostics.bundle import Bundle
from controller.words import formats
from controller.words.catalogue import Translator
from evidence.errors import BundleError
from evidence.manifest import Item
from evidence.reader import Bundle as Opened
from evidence.reader import read_bundle

SHOWN_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class ItemView:
    """`gap` says in words what is missing, "" when nothing is."""

    label: str
    path: str
    size: str
    gap: str
    readable: bool


@dataclass(frozen=True, slots=True)
class BundleView:
    """`fault` is why the bundle cannot be read, "" when it can."""

    id: UUID
    taken_at: datetime
    size: str
    fault: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One item with its text; `cut` is how much of it is shown when not all is."""

    label: str
    source: str
    size: str
    took: str
    masked: int
    gap: str
    text: str
    cut: str


async def views(
    blobs: BlobFolder, bundles: tuple[Bundle, ...], base: str, words: Translator
) -> tuple[BundleView, ...]:
    """A bundle that cannot be read is shown with the reason: its absence is a fact too."""
    return tuple([await _view(blobs, one, base, words) for one in bundles])


async def opened(blobs: BlobFolder, row: Bundle) -> Opened:
    """Checked in a thread: unpacking is work. Raises BundleError, or what the blob folder raises."""
    data = await blobs.get(row.sha256)
    return await asyncio.to_thread(read_bundle, data)


async def _view(blobs: BlobFolder, row: Bundle, base: str, words: Translator) -> BundleView:
    size = formats.size(row.size_bytes, words.language)
    try:
        found = await opened(blobs, row)
    except (BundleError, VigiaError) as error:
        fault = words._("This bundle cannot be read: {reason}", reason=str(error))
        return BundleView(row.id, row.taken_at, size, fault, ())
    items = tuple(
        ItemView(
            item.label, f"{base}/evidence/{row.id}?item={quote(item.label, safe='')}",
            formats.size(item.bytes, words.language), _gap(item, words), item.label in found.labels,
        )
        for item in found.manifest.items
    )  # fmt: skip
    return BundleView(row.id, row.taken_at, size, "", items)


def open_item(found: Opened, item: Item, words: Translator) -> OpenItem:
    data = found.read(item.label) if item.label in found.labels else b""
    cut = formats.size(SHOWN_BYTES, words.language) if len(data) > SHOWN_BYTES else ""
    return OpenItem(
        label=item.label,
        source=item.source,
        size=formats.size(item.bytes, words.language),
        took=f"{item.duration_ms} ms" if item.duration_ms else "",
        masked=sum(item.redactions.values()),
        gap=_gap(item, words),
        text=data[:SHOWN_BYTES].decode("utf-8", "replace"),
        cut=cut,
    )


def _gap(item: Item, words: Translator) -> str:
    if item.withheld:
        return words._("withheld: {reason}", reason=words._(item.withheld))
    if item.timed_out:
        return words._("took too long, stopped")
    if item.truncated:
        return words._("cut, {size} left out", size=formats.size(item.cut_bytes, words.language))
    if item.exit_status not in (None, 0):
        return words._("ended with status {status}", status=item.exit_status)
    return ""
