"""The redactor of one bundle: decode, find, mask, encode; then once more for values known from elsewhere."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from evidence.redact import assignments, commands, money, pem, prose, tokens
from evidence.redact.encodings import Decoded, Unreadable, decode
from evidence.redact.formats import FINDERS
from evidence.redact.mask import Masker
from evidence.redact.page import Page
from evidence.redact.second_pass import KnownValues
from evidence.redact.spans import Span, joined

Status = Literal["masked", "clean", "withheld"]

# Private keys first: where spans overlap, the one that begins first and reaches furthest names the rule.
_EVERYWHERE: tuple[Callable[[Page], Iterator[Span]], ...] = (
    pem.find,
    tokens.find,
    commands.find,
    assignments.find,
    prose.find,
    money.find,
)


@dataclass(frozen=True, slots=True)
class Redacted:
    """One file after redaction. A withheld file has no data and says why."""

    data: bytes
    counts: Mapping[str, int] = field(default_factory=dict)
    """Masks set, by rule."""
    status: Status = "clean"
    reason: str = ""


class Redactor:
    """Masks secrets in the files of one bundle. `salt`: at least 16 random bytes, never kept.

    Equal secrets get equal masks within the bundle. It remembers what it masked (in memory alone), so
    `second_pass` belongs after the last `redact`.
    """

    def __init__(self, salt: bytes) -> None:
        self._masker = Masker(salt)

    def redact(self, name: str, data: bytes) -> Redacted:
        """The file without its secrets; bytes that hold none come back as they are. Never raises on bytes.

        `name` is the path or label; it hints at the format, and `.gz` and NULs are seen in the data itself.
        """

        def spans(decoded: Decoded) -> Iterator[Span]:
            page = Page(name, decoded.view)
            for find in (*_EVERYWHERE, *FINDERS):
                yield from find(page)

        return self._masked(name, data, spans)

    def second_pass(self, files: Iterable[tuple[str, Redacted]]) -> Iterator[tuple[str, Redacted]]:
        """Search every value masked so far in files that `redact` returned; counts are added up."""
        known = KnownValues(self._masker.values)
        for name, first in files:
            if first.status == "withheld":
                yield name, first
                continue
            again = self._masked(name, first.data, lambda decoded: known.find(decoded.view))
            if again.status != "masked":
                yield name, first
                continue
            counts = Counter(first.counts) + Counter(again.counts)
            yield name, Redacted(again.data, dict(sorted(counts.items())), "masked")

    def redact_all(self, files: Iterable[tuple[str, bytes]]) -> list[tuple[str, Redacted]]:
        """Both passes over the files of a bundle, in order. Holds them all in memory."""
        return list(self.second_pass([(name, self.redact(name, data)) for name, data in files]))

    def masks(self, name: str, text: str) -> list[tuple[Span, str]] | None:
        """Where a text holds secrets, and the mask for each: for texts whose parts stand elsewhere (the
        events of a transcript). Values masked before are found too. None when it cannot be read as text."""
        try:
            decoded = decode(name, text.encode("utf-8", "replace"))
        except Unreadable:
            return None
        if decoded.text != text:
            return None
        page = Page(name, decoded.view)
        spans = [span for find in (*_EVERYWHERE, *FINDERS) for span in find(page)]
        for span in joined(spans, text):
            self._masker.mask(text[span.start : span.end], span.rule)
        found = joined([*spans, *KnownValues(self._masker.values).find(decoded.view)], text)
        return [(span, self._masker.mask(text[span.start : span.end], span.rule)) for span in found]

    def _masked(self, name: str, data: bytes, find: Callable[[Decoded], Iterator[Span]]) -> Redacted:
        if not data:
            return Redacted(data)
        try:
            decoded = decode(name, data)
        except Unreadable as unreadable:
            return Redacted(b"", status="withheld", reason=str(unreadable))
        text, parts, at = decoded.text, [], 0
        counts: Counter[str] = Counter()
        for span in joined(find(decoded), text):
            parts += [text[at : span.start], self._masker.mask(text[span.start : span.end], span.rule)]
            counts[span.rule] += 1
            at = span.end
        if not counts:
            return Redacted(data)
        parts.append(text[at:])
        try:
            return Redacted(decoded.encoded("".join(parts)), dict(sorted(counts.items())), "masked")
        except (
            UnicodeEncodeError
        ):  # cannot happen with text that came from the same encoding; never leak if it does
            return Redacted(b"", status="withheld", reason=f"cannot be written back as {decoded.encoding}")
