"""A span: where a secret stands in a text, and by which rule it was recognised."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from evidence.redact.mask import MASK


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of characters; `rule` goes into the mask and into the counts."""

    start: int
    end: int
    rule: str


def joined(spans: Iterable[Span], text: str) -> Iterator[Span]:
    """Spans in order and without overlap: overlapping ones become one under the rule of the first.

    A span that touches an existing mask is dropped: redacting twice must change nothing.
    """
    masks = [(found.start(), found.end()) for found in MASK.finditer(text)] if "[redacted:" in text else []
    current: Span | None = None
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.end <= span.start or any(start < span.end and span.start < end for start, end in masks):
            continue
        if current is not None and span.start < current.end:
            current = Span(current.start, max(current.end, span.end), current.rule)
            continue
        if current is not None:
            yield current
        current = span
    if current is not None:
        yield current
