"""A small bundle as people read it: its items as text, with every gap in sight."""

from dataclasses import dataclass
from pathlib import Path

from evidence.errors import BundleError
from evidence.limits import MIB, Limits
from evidence.manifest import Item
from evidence.reader import open_bundle, read_bundle

SMALL = Limits(packed_bytes=MIB, unpacked_bytes=32 * MIB, members=500, manifest_bytes=4 * MIB)
_SHOWN_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """One item. `text` is escaped by whoever shows it; `not_shown_bytes` > 0 when it is only the newest end.

    `gap` is empty, or why something is missing: `withheld`, `timed_out`, `failed`, `truncated`, `empty`.
    """

    name: str
    source: str
    text: str
    size_bytes: int
    not_shown_bytes: int
    took_ms: int
    redacted: int
    gap: str


@dataclass(frozen=True, slots=True)
class View:
    """`fault`: why the bundle cannot be read, in English; empty when it can. Then `items` is empty."""

    host: str
    agent_version: str
    items: tuple[Shown, ...]
    fault: str = ""


def view(data: bytes, limits: Limits = SMALL) -> View:
    """Checks every byte first: milliseconds for a small bundle, so call it in a thread. Never raises for
    what is in the bytes: a hostile bundle is shown as refused, what came before it stays."""
    try:
        bundle = read_bundle(data, limits)
        items = tuple(
            _shown(item, bundle.read(item.label) if item.sha256 else b"") for item in bundle.manifest.items
        )
    except BundleError as error:
        return View("", "", (), str(error))
    return View(bundle.manifest.host, bundle.manifest.agent_version, items)


def fault_of(path: Path) -> str:
    """Why this file is no bundle that we take, in English; empty when every byte of it is as it should be.

    Seconds for a large one: call it in a thread.
    """
    with path.open("rb") as file:
        try:
            open_bundle(file)
        except BundleError as error:
            return str(error)
    return ""


def _shown(item: Item, data: bytes) -> Shown:
    end = data[-_SHOWN_BYTES:]
    return Shown(
        name=item.label,
        source=item.source,
        text=end.decode("utf-8", "replace"),
        size_bytes=item.bytes,
        not_shown_bytes=len(data) - len(end),
        took_ms=item.duration_ms,
        redacted=sum(item.redactions.values()),
        gap=_gap(item),
    )


def _gap(item: Item) -> str:
    if item.withheld:
        return "withheld"
    if item.timed_out:
        return "timed_out"
    if item.exit_status not in (None, 0):
        return "failed"
    if item.truncated:
        return "truncated"
    return "" if item.sha256 else "empty"
