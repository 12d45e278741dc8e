"""Bundles of evidence as pages show them: what each holds, item by item, with its gaps in sight."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import UUID

from controller.blobs.folder import BlobFolder
from controller.core.errors import NotFound, VigiaError
from controller.diagnostics.bundle import Bundle
from controller.web.fault import told
from controller.words import formats
from controller.words.catalogue import Translator
from evidence.errors import BundleCorrupt, BundleError, BundleForged, BundleTooLarge
from evidence.manifest import Item
from evidence.reader import Bundle as Opened
from evidence.reader import open_bundle

SHOWN_BYTES = 256 * 1024
_HALVES = bytes(range(0x80, 0xC0))


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
    profile: str
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


@asynccontextmanager
async def opened(blobs: BlobFolder, row: Bundle) -> AsyncIterator[Opened]:
    """Read from its file, whatever its size. The small ones are checked whole each time; those that were
    pulled were when they came. Raises BundleError, or what the blob folder raises."""
    with await blobs.open(row.sha256) as file:
        yield await asyncio.to_thread(open_bundle, file, verify=row.order_id is None)


async def _view(blobs: BlobFolder, row: Bundle, base: str, words: Translator) -> BundleView:
    size = formats.size(row.size_bytes, words.language)
    try:
        async with opened(blobs, row) as found:
            manifest, labels = found.manifest, set(found.labels)
    except (BundleError, VigiaError) as error:
        fault = words._("This bundle cannot be read: {reason}", reason=words._(_reason(error)))
        return BundleView(row.id, row.taken_at, size, row.profile, fault, ())
    items = tuple(
        ItemView(
            item.label, f"{base}/evidence/{row.id}?item={quote(item.label, safe='')}",
            formats.size(item.bytes, words.language), _gap(item, words), item.label in labels,
        )
        for item in manifest.items
    )  # fmt: skip
    return BundleView(row.id, row.taken_at, size, row.profile, "", items)


# The kind of fault, in either language; what exactly is wrong with the bytes helps nobody who reads a page.
FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (BundleTooLarge, "it holds more than is taken"),
    (BundleForged, "it is none of ours"),
    (BundleCorrupt, "it is damaged"),
    (NotFound, "its file is gone"),
)


def _reason(error: Exception) -> str:
    return next((said for kind, said in FAULTS if isinstance(error, kind)), str(error))


def open_item(found: Opened, item: Item, words: Translator) -> OpenItem:
    """Its newest end: what happened last stands last. Raises BundleError."""
    data = b""
    whole = 0
    for piece in chunks(found, item):
        whole += len(piece)
        data = (data + piece)[-SHOWN_BYTES:]
    cut = formats.size(SHOWN_BYTES, words.language) if whole > SHOWN_BYTES else ""
    return OpenItem(
        label=item.label,
        source=item.source,
        size=formats.size(item.bytes, words.language),
        took=f"{item.duration_ms} ms" if item.duration_ms else "",
        masked=sum(item.redactions.values()),
        gap=_gap(item, words),
        # What a cut leaves of a character at the beginning is nothing that the machine wrote.
        text=(data.lstrip(_HALVES) if cut else data).decode("utf-8", "replace"),
        cut=cut,
    )


def chunks(found: Opened, item: Item) -> Iterator[bytes]:
    """All of it, piece by piece; nothing for an item that left no text."""
    yield from found.chunks(item.label) if item.label in found.labels else ()


def _gap(item: Item, words: Translator) -> str:
    if item.withheld:
        return words._("withheld: {reason}", reason=told(words, item.withheld))
    if item.timed_out:
        return words._("took too long, stopped")
    if item.truncated:
        return words._("cut, {size} left out", size=formats.size(item.cut_bytes, words.language))
    if item.exit_status not in (None, 0):
        return words._("ended with status {status}", status=item.exit_status)
    return ""
