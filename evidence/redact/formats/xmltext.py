"""XML: elements and attributes with secret names, key/value pairs, plists, nested <Password><Value>, CDATA."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import html
import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.labels import NEEDLES, rule_of
from evidence.redact.page import Page
from evidence.redact.spans import Span
from evidence.redact.values import is_secret

_ELEMENT = re.compile(
    r"<([\w.:\-]+)((?:\s[^<>]*)?)>\s*(?:<!\[CDATA\[([^\]]*)\]\]>|([^<>]+?))\s*</(?:[\w.\-]+:)?[\w.\-]+\s*>"
)
_NESTED = re.compile(
    r"<([\w.:\-]+)(?:\s[^<>]*)?>\s*<(Value|PlainText|value|string|content|Data)(?:\s[^<>]*)?>\s*([^<>]+?)\s*</\2>"
)
_ATTRIBUTE = re.compile(r"([\w.:\-]+)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_TAG = re.compile(r"<[\w.:\-]+\s[^<>]*>")
_NAME = re.compile(r"(?i)\b(?:key|name|id|property|param|field)\s*=\s*[\"']([^\"'<]+)[\"']")
_VALUE = re.compile(r"(?i)\b(?:value|val|content)\s*=\s*(?:\"([^\"<]*)\"|'([^'<]*)')")
_PLIST = re.compile(r"<key>([^<]+)</key>\s*<(string|data|integer)>\s*([^<]+?)\s*</\2>")
_SETTING = re.compile(
    r"<(?:setting|property|entry|item|param|variable)\s[^<>]*?(?:name|key|id)\s*=\s*[\"']([^\"']+)[\"'][^<>]*>\s*(?:<value>\s*)?([^<>]+?)\s*<"
)
_NAME_ELEMENT = re.compile(
    r"<(?:name|key|param-name|Name)>\s*([^<]+?)\s*</(?:name|key|param-name|Name)>\s*<(value|param-value|Value|string)(?:\s[^<>]*)?>\s*([^<]+?)\s*</\2>"
)


def find(page: Page) -> Iterator[Span]:
    """Spans in anything that holds tags."""
    text = page.text
    if "</" not in text and "/>" not in text:
        return
    for number in page.lines_with(NEEDLES):
        start, end = page.bounds(number)
        if text.find("<", start, end) < 0:
            continue
        for found in _ELEMENT.finditer(text, start, min(len(text), end + 4096)):
            if found.start() >= end:
                break
            yield from _judged(found.group(1).split(":")[-1], found, 3 if found.group(3) else 4)
            named = _NAME.search(found.group(2))
            if named:
                yield from _judged(named.group(1), found, 3 if found.group(3) else 4)
        for tag in _TAG.finditer(text, start, end):
            yield from _attributes(tag, text)
        window = min(len(text), end + 1024)
        for expression, label, value in (
            (_NESTED, 1, 3),
            (_PLIST, 1, 3),
            (_SETTING, 1, 2),
            (_NAME_ELEMENT, 1, 3),
        ):
            for found in expression.finditer(text, start, window):
                if found.start() >= end:
                    break
                yield from _judged(found.group(label).split(":")[-1], found, value)


def _attributes(tag: re.Match[str], text: str) -> Iterator[Span]:
    for found in _ATTRIBUTE.finditer(text, tag.start(), tag.end()):
        if found.group(1).lower() not in ("key", "name", "id"):
            yield from _judged(found.group(1).split(":")[-1], found, 2 if found.group(2) is not None else 3)
    named = _NAME.search(text, tag.start(), tag.end())
    value = _VALUE.search(text, tag.start(), tag.end())
    if named and value:
        yield from _judged(named.group(1), value, 1 if value.group(1) is not None else 2)


def _judged(label: str, found: re.Match[str], group: int) -> Iterator[Span]:
    rule, value = rule_of(label), found.group(group)
    if rule and value and not is_empty_of_secret(value) and is_secret(rule, html.unescape(value)):
        yield Span(found.start(group), found.end(group), rule)
