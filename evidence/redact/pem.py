"""Private keys in PEM and its relatives, whole or cut at either end, also inside prefixed or escaped lines.

Public keys and certificates stay: they identify and cannot be abused.
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.page import Page
from evidence.redact.spans import Span

_BEGIN = re.compile(
    r"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1|OPENSSH PRIVATE KEY)-----|"
    r"---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----"
)
_END = re.compile(
    r"-----END ([A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?|OpenVPN Static key V1)-----|---- END SSH2 ENCRYPTED PRIVATE KEY ----"
)
_HEADER = re.compile(r"^[\w\-]+: ")
_TAIL = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{1,256}(?=(?:\\[nr])*[\"',\\\s]*$)")
_BODY = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,}={0,2}(?=(?:\\[nr])*[\"',\\\s]*$)")
_PUTTY = re.compile(r"Private-Lines: (\d{1,4})\r?\n")
# after "-----BEGIN " in base64: CERT..., PUBL..., X509..., TRUS...
_PACKED_PUBLIC = re.compile(r"LS0tLS1CRUdJTi(?:BDRVJU|BQVUJM|BYNTA5|BUUlVT|BSU0EgUFVC)")
_PACKED = re.compile(r"[A-Za-z0-9+/=]{20,}")
_MAX_LINES = 400
_MAX_CHARS = 64 * 1024


def find(page: Page) -> Iterator[Span]:
    """Spans of key material; the BEGIN and END lines stay, so that a reader sees what was there."""
    text = page.text
    if "PRIVATE KEY" in text or "OpenVPN Static key" in text:
        ends = set()
        for begin in _BEGIN.finditer(text):
            end = _END.search(text, begin.end(), begin.end() + _MAX_CHARS)
            again = _BEGIN.search(text, begin.end(), end.start() if end else begin.end() + _MAX_CHARS)
            if end and not again:
                ends.add(end.start())
                yield from _body(page, begin.end(), end.start())
            else:
                yield from _run(page, page.number(begin.start()) + 1, 1)
        for end in _END.finditer(text):
            if end.start() not in ends:
                yield from _run(page, page.number(end.start()) - 1, -1)
    for at in page.places("LS0tLS1CRUdJTi"):  # base64 of "-----BEGIN"
        packed = _PACKED.match(text, at)
        if packed and not _PACKED_PUBLIC.match(text, at):
            yield Span(at, packed.end(), "private_key")
    for lines in _PUTTY.finditer(text) if "Private-Lines: " in text else ():
        number = page.number(lines.end())
        last = min(number + int(lines.group(1)), len(page.starts)) - 1
        yield Span(lines.end(), page.bounds(last)[1], "private_key")


def _body(page: Page, start: int, end: int) -> Iterator[Span]:
    text = page.text
    first, last = page.number(start), page.number(end)
    if first == last:  # one line: newlines are escaped, or the key was pasted flat
        while start < end and (text.startswith(("\\n", "\\r"), start) or text[start] in "\\ "):
            start += 2 if text[start] == "\\" and text[start + 1 : start + 2] in ("n", "r") else 1
        while start < end and text[end - 2 : end] in ("\\n", "\\r"):
            end -= 2
        yield Span(start, end, "private_key")
        return
    for number in range(first + 1, min(last, first + _MAX_LINES)):
        yield from _tail(page, number)


def _tail(page: Page, number: int) -> Iterator[Span]:
    start, end = page.bounds(number)
    if _HEADER.match(page.text[start:end]) and page.text[start:end].startswith(
        ("Proc-Type", "DEK-Info", "Comment", "Version", "Hash")
    ):
        return
    found = _TAIL.search(page.text, start, end)
    if found:
        yield Span(found.start(), found.end(), "private_key")


def _run(page: Page, number: int, step: int) -> Iterator[Span]:
    """Lines of key material onwards from a marker whose counterpart was cut off."""
    for _ in range(_MAX_LINES):
        if not 0 <= number < len(page.starts):
            return
        start, end = page.bounds(number)
        found = _BODY.search(page.text, start, end) or (
            _TAIL.fullmatch(page.text, start, end) if end - start else None
        )
        if not found:
            if page.text[start:end].strip() and not _HEADER.match(page.text[start:end]):
                return
            number += step
            continue
        yield Span(found.start(), found.end(), "private_key")
        number += step
