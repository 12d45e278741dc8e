"""Card numbers and IBANs, recovery keys and product keys: numbers that are known by their shape."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.page import Page
from evidence.redact.spans import Span

_CARD = re.compile(
    r"(?<![\w.\-])(?:[3456]\d{3}([ \-]?)\d{4}\1\d{4}\1\d{1,7}|3[47]\d{2}([ \-]?)\d{6}\2\d{5})(?![\w\-]|\.\d)"
)
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \-]?[A-Z0-9]{4}){2,7}(?:[ \-]?[A-Z0-9]{1,3})?(?![A-Za-z0-9])"
)
_IBAN_LENGTHS = dict(
    pair.split("=")
    for pair in (
        "AD=24 AE=23 AT=20 BE=16 BG=22 BR=29 CH=21 CR=22 CY=28 CZ=24 DE=22 DK=18 DO=28 EE=20 ES=24 FI=18 FR=27 GB=22 "
        "GI=23 GR=27 GT=28 HR=21 HU=28 IE=22 IS=26 IT=27 LI=21 LT=20 LU=20 LV=21 MC=27 MT=31 NL=18 NO=15 PL=28 PT=25 "
        "RO=24 SA=24 SE=24 SI=19 SK=24 SM=27 SV=28 TR=26 VA=22"
    ).split()
)
_BITLOCKER = re.compile(r"(?<!\d)(?:\d{6}-){7}\d{6}(?!\d)")
_PRODUCT = re.compile(r"(?<![A-Z0-9\-])(?:[A-Z0-9]{5}-){4}[A-Z0-9]{5}(?![A-Z0-9\-])")


def find(page: Page) -> Iterator[Span]:
    """Spans of numbers whose check digits hold, and of keys whose shape has no other use."""
    text = page.text
    for found in _CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if (
            13 <= len(digits) <= 19
            and passes_luhn(digits)
            and _is_issued(digits)
            and not _is_clock(text, found.start())
        ):
            yield Span(found.start(), found.end(), "card")
    for found in _IBAN.finditer(text):
        iban = re.sub(r"[ \-]", "", found.group())
        length = int(_IBAN_LENGTHS.get(iban[:2], "0"))
        if length and length <= len(iban) and passes_mod97(iban[:length]):
            end, left = found.start(), length
            while left:
                left -= text[end] not in " -"
                end += 1
            yield Span(found.start(), end, "iban")
    for number in (
        page.lines_with(("-",)) if text.count("-") < len(text) // 40 + 50 else range(len(page.starts))
    ):
        start, end = page.bounds(number)
        if end - start < 29 or text.count("-", start, end) < 4:
            continue
        for found in _BITLOCKER.finditer(text, start, end):
            yield Span(found.start(), found.end(), "recovery_key")
        for found in _PRODUCT.finditer(text, start, end):
            if any(c.isdigit() for c in found.group()) and any(c.isalpha() for c in found.group()):
                yield Span(found.start(), found.end(), "product_key")


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B."""
    total = 0
    for position, char in enumerate(reversed(digits)):
        value = int(char) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 2


def passes_mod97(iban: str) -> bool:
    """ISO 13616: country and check digits moved to the end, letters as numbers, remainder 1."""
    return int("".join(str(int(char, 36)) for char in iban[4:] + iban[:4])) % 97 == 1


def _is_issued(digits: str) -> bool:
    """Lengths that issuers of that first digit use; keeps timestamps and counters in."""
    length = len(digits)
    if digits[:2] in ("34", "37"):
        return length == 15
    if digits[0] == "4":
        return length in (13, 16, 19)
    if digits[0] == "5":
        return (length == 16 and "51" <= digits[:2] <= "55") or (
            digits[:2] in ("50", "56", "57", "58") and length >= 16
        )
    if digits[0] == "6":
        return length in (16, 19) and digits[:2] in ("60", "62", "63", "64", "65", "67")
    return (length == 14 and digits[:2] in ("30", "36", "38")) or (length == 16 and digits[:2] == "35")


def _is_clock(text: str, at: int) -> bool:
    """A bare run of digits right after `=` or `:` with a serial's or counter's name is no card."""
    before = text[max(0, at - 24) : at].lower()
    return any(
        word in before
        for word in ("serial", "wwn", "lba", "sector", "inode", "imei", "uuid", "counter", "bytes", "naa")
    )
