"""Windows registry exports and `reg query` output: strings, hex with continuation lines, the logon secrets."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.labels import rule_of
from evidence.redact.page import Page
from evidence.redact.spans import Span

_VALUE = re.compile(
    r'^\s*"((?:[^"\\]|\\.)*)"\s*=\s*(?:"((?:[^"\\]|\\.)*)"|hex(?:\([0-9a-f]+\))?:([0-9a-fA-F,\\ \t\r\n]*)|dword:([0-9a-fA-F]+))',
    re.MULTILINE,
)
_QUERY = re.compile(
    r"^\s+(\S(?:[^\t\n]*?\S)?)\s{2,}REG_(?:SZ|EXPAND_SZ|MULTI_SZ|BINARY)\s{2,}(\S.*?)\s*$", re.MULTILINE
)
_BINARY_LABELS = frozenset(
    "passwordviewonly controlpassword hash verify securitypasswordaes proxypasswordaes optionspasswordaes serverpasswordaes passwordaes digitalproductid".split()
)


def find(page: Page) -> Iterator[Span]:
    """Spans in exports; the value's type stays readable."""
    text = page.text
    if page.is_kind("reg") or text[:64].lstrip("\ufeff").startswith(("Windows Registry Editor", "REGEDIT4")):
        for found in _VALUE.finditer(text):
            group = next((index for index in (2, 3, 4) if found.group(index)), 0)
            if (
                group in (2, 3)
                and _is_secret_label(found.group(1))
                and (group == 3 or not is_empty_of_secret(found.group(2)))
            ):
                start, end = found.span(group)
                while end > start and text[end - 1] in " \t\r\n":
                    end -= 1
                yield Span(start, end, "password")
    if "REG_" in text:
        for found in _QUERY.finditer(text):
            if _is_secret_label(found.group(1)) and not is_empty_of_secret(found.group(2)):
                yield Span(found.start(2), found.end(2), "password")


def _is_secret_label(label: str) -> bool:
    return (
        rule_of(label) in ("password", "named_key", "token", "pin", "private_key", "community")
        or label.lower() in _BINARY_LABELS
    )
