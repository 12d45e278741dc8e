"""Directives: `requirepass x`, `bindpw x`, `password x` in daemons' files, where a blank parts word and value."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.labels import rule_of
from evidence.redact.page import Page
from evidence.redact.spans import Span

_LINE = re.compile(
    r"(?m)^[ \t]*#?[ \t]*([A-Za-z][\w.\-]{1,40})[ \t]+(?:\"([^\"\n]+)\"|'([^'\n]+)'|([^\s\"'=:{\[]\S*))[ \t]*;?[ \t]*\r?$"
)
_KNOWN: dict[str, tuple[re.Pattern[str], ...]] = {
    "requirepass": (re.compile(r"(?im)^\s*#?\s*requirepass\s+\"?([^\s\"]+)"),),
    "masterauth": (re.compile(r"(?im)^\s*#?\s*masterauth\s+\"?([^\s\"]+)"),),
    "bindpw": (re.compile(r"(?im)^\s*#?\s*bindpw\s+\"?([^\s\"]+)"),),
    "rootpw": (re.compile(r"(?im)^\s*#?\s*(?:olc)?rootpw:{0,2}\s+\"?([^\s\"{]+)"),),
    "user ": (re.compile(r"(?m)^user \S+ on [^\n]*?>(\S+)"),),
    "monitor ": (re.compile(r"(?m)^\s*MONITOR \S+ \d+ \S+ (\S+) (?:master|slave|primary|secondary)"),),
    "register": (re.compile(r"(?m)\bregister\s*=>?\s*[\w.\-]+:([^@\s:]+)[@:]"),),
    "{plain": (re.compile(r"\{(?:PLAIN|CLEARTEXT|PLAIN-MD5)\}([^\s:]+)"),),
    '"md5': (re.compile(r"\"(md5[0-9a-f]{32})\""),),
    "variable ": (
        re.compile(
            r"variable\s+\"\w*(?:password|passwd|secret|token|api_key)\w*\"\s*\{[^}]*?default\s*=\s*\"([^\"]+)\""
        ),
    ),
    "secret ": (re.compile(r"(?m)^\s*secret\s+\"?([\w+/=!#$%&*.\-]{8,})\"?;\s*$"),),
    "sqlconnectinfo": (re.compile(r"(?im)^\s*SQLConnectInfo\s+\S+\s+\S+\s+(\S+)"),),
    "<crypt>": (re.compile(r"<crypt>\s*<key>\s*(?:<!\[CDATA\[)?([^<\]\s]+)"),),
    "-----\n": (
        re.compile(
            r"(?i)(?:^|\n)[ \t]*(?:password|contraseña|clave|secret|token)[ \t]*\r?\n-{3,}[ \t]*\r?\n[ \t]*(\S+)[ \t]*(?:\r?\n|$)"
        ),
    ),
}
_COLON_FILES = re.compile(r"(?:rsyncd?\.secrets|\.secrets|rsync\.pass|passwords?\.(?:txt|lst)|users\.txt)$")
_COLON = re.compile(r"(?m)^(?![#;\[])[\w.@\\\-]{1,64}:([^\s:/][^\n\r]*)$")
_USERLIST = re.compile(r'(?m)^\s*"[^"\n]*"\s+"([^"\n]+)"')
_GRUB = re.compile(r"(?m)^\s*password\s+\S+\s+(\S+)\s*$")


def find(page: Page) -> Iterator[Span]:
    """Spans of values that follow their word after a blank."""
    text, base = page.text, page.base
    for needle, expressions in _KNOWN.items():
        for expression in expressions if needle in page.lower else ():
            yield from _all(expression, text)
    if _COLON_FILES.search(base):
        yield from _all(_COLON, text)
    if base == "userlist.txt":
        yield from _all(_USERLIST, text)
    if base.startswith("grub") or base in ("40_custom", "user.cfg"):
        yield from _all(_GRUB, text)
    if page.is_kind("ini") or base.endswith("rc"):
        for number in page.lines_with(("pass", "pw", "secret", "psk", "clave", "contrase")):
            found = _LINE.match(text, *page.bounds(number))
            if not found or rule_of(found.group(1)) != "password":
                continue
            group = next(index for index in (2, 3, 4) if found.group(index))
            if not is_empty_of_secret(found.group(group)):
                yield Span(found.start(group), found.end(group), "password")


def _all(expression: re.Pattern[str], text: str) -> Iterator[Span]:
    for found in expression.finditer(text):
        if not is_empty_of_secret(found.group(1)):
            yield Span(found.start(1), found.end(1), "password")
