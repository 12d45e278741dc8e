"""Finding words in a bundle: every line of every item that holds them, however long the items are."""

from collections.abc import Iterator
from dataclasses import dataclass

from controller.core.errors import Invalid
from evidence.errors import BundleError
from evidence.reader import Bundle

QUERY_CHARACTERS = 200
_LINE_BYTES = 64 * 1024
_SHOWN_CHARACTERS = 240
_HITS_EACH = 20
_HITS = 300
_SCANNED_BYTES = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Hit:
    """A line, counted from 1; `before`, `found` and `after` together are what is shown of it."""

    line: int
    before: str
    found: str
    after: str


@dataclass(frozen=True, slots=True)
class Hits:
    """Of one item. `count` is how many lines hold the words; the first of them are in `lines`."""

    label: str
    count: int
    lines: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """`cut`: not everything was looked through or shown."""

    items: tuple[Hits, ...]
    cut: bool


def search(bundle: Bundle, query: str) -> Found:
    """Lines that hold `query`, whatever the case of its letters. Reads a piece at a time; call it in a
    thread.

    Raises `Invalid` for a query that is empty or longer than 200 characters.
    """
    words = " ".join(query.split()).casefold()
    if not words:
        raise Invalid("q", "is empty", "Type what to look for")
    if len(words) > QUERY_CHARACTERS:
        raise Invalid("q", f"has more than {QUERY_CHARACTERS} characters", "Shorten it")
    found: list[Hits] = []
    shown = scanned = 0
    for label in bundle.labels:
        if scanned + bundle.size(label) > _SCANNED_BYTES or shown >= _HITS:
            return Found(tuple(found), cut=True)
        scanned += bundle.size(label)
        hits = _in_item(bundle, label, words, min(_HITS_EACH, _HITS - shown))
        if hits.count:
            found.append(hits)
            shown += len(hits.lines)
    return Found(tuple(found), cut=any(one.count > len(one.lines) for one in found))


def _in_item(bundle: Bundle, label: str, words: str, most: int) -> Hits:
    lines: list[Hit] = []
    count = 0
    try:
        for number, line in enumerate(_lines(bundle, label), 1):
            at = line.casefold().find(words)
            if at >= 0:
                count += 1
                if len(lines) < most:
                    lines.append(_hit(number, line, at, len(words)))
    except BundleError:  # damage further on takes nothing from what was found
        return Hits(label, count, tuple(lines))
    return Hits(label, count, tuple(lines))


def _lines(bundle: Bundle, label: str) -> Iterator[str]:
    """A line without end is broken where it gets too long."""
    rest = b""
    for piece in bundle.chunks(label):
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace")
        if len(rest) > _LINE_BYTES:
            yield rest.decode("utf-8", "replace")
            rest = b""
    if rest:
        yield rest.decode("utf-8", "replace")


def _hit(number: int, line: str, at: int, length: int) -> Hit:
    start = max(0, at - _SHOWN_CHARACTERS // 3)
    end = at + length
    before = ("…" if start else "") + line[start:at]
    after = line[end : start + _SHOWN_CHARACTERS + length]
    return Hit(
        number, before.lstrip(), line[at:end], after.rstrip() + ("…" if len(line) > end + len(after) else "")
    )
