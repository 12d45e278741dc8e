"""The second pass: what was recognised in one file is searched in all others, whatever its label there.

Also URL-encoded, base64, JSON- and XML-escaped. A value must be long or odd enough to be no common word, and
must stand alone (not inside a longer word), else `backup` as somebody's password would eat every log.
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import base64
import html
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from evidence.redact.keep import is_known_fact
from evidence.redact.spans import Span

_RUN = re.compile(r"\w{3,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_\-]{8,}")
_COMMON = frozenset(
    """password passwords contraseña changeme administrator administrador localhost postgres mysql default public private
    letmein welcome support service services network internet username security database customer""".split()
)
_MAX_VALUE = 256


@dataclass(frozen=True, slots=True)
class _Form:
    text: str
    anchor: str
    rule: str


class KnownValues:
    """All forms of all values of one bundle, made ready for searching."""

    def __init__(self, values: Mapping[str, str]) -> None:
        forms: dict[str, _Form] = {}
        self._packed: list[tuple[str, str]] = []
        for value, rule in values.items():
            if not is_telling(value):
                continue
            for meant in _meanings(value):
                self._packed += [(text, rule) for text in _base64_cores(meant)]
                for text in _spellings(meant):
                    if len(text) >= 6 and text not in forms:
                        runs = _RUN.findall(text)
                        forms[text] = _Form(text, max(runs, key=len) if runs else "", rule)
        self._plain = list(forms.values())

    def find(self, text: str) -> Iterator[Span]:
        """Spans of known values in a text, in any spelling."""
        if not self._plain:
            return
        words = set(_RUN.findall(text))
        for form in self._plain:
            if form.anchor and form.anchor not in words:
                continue
            yield from _alone(text, form)
        if self._packed:
            hay = "\n".join(run for run in set(_BASE64.findall(text)) if not run.islower())
            for core, rule in self._packed:
                if core in hay:
                    yield from _packed(text, core, rule)


def is_telling(value: str) -> bool:
    """Whether finding this value elsewhere means anything."""
    if not 6 <= len(value) <= _MAX_VALUE or value.lower() in _COMMON or is_known_fact(value):
        return False
    if value.isdigit():
        return len(value) >= 8
    odd = any(not char.isalpha() for char in value)
    return len(set(value)) > 3 and (
        odd or len(value) >= 10 or (value.lower() != value and value.title() != value)
    )


def _meanings(value: str) -> set[str]:
    """The value as it stands, and as a JSON string, a doubled quote or XML would mean it."""
    meant = {value, html.unescape(value), value.replace("''", "'")}
    if "\\" in value:
        meant.add(re.sub(r"\\(.)", r"\1", value))
        with suppress(ValueError):
            meant.add(str(json.loads(f'"{value}"')))
    return meant


def _spellings(meant: str) -> set[str]:
    """How one meaning is written in URLs, JSON, XML, SQL and shells."""
    return {
        meant,
        quote(meant, safe="", errors="replace"),
        quote_plus(meant, errors="replace"),
        quote(meant, errors="replace"),
        re.sub("%[0-9A-F]{2}", lambda code: code.group().lower(), quote(meant, safe="", errors="replace")),
        json.dumps(meant)[1:-1],
        json.dumps(meant, ensure_ascii=False)[1:-1],
        json.dumps(meant)[1:-1].replace("/", "\\/"),
        html.escape(meant),
        html.escape(meant, quote=False),
        meant.replace("'", "''"),
        meant.replace("'", "'\\''"),
        meant.replace("\\", "\\\\"),
        re.sub(r"([^\w@%+=:,./-])", r"\\\1", meant),
    }


def _base64_cores(value: str) -> Iterator[str]:
    """The characters of base64 that depend on the value alone, for each of three alignments."""
    data = value.encode("utf-8", "surrogatepass")
    if len(data) < 6:
        return
    for before in range(3):
        text = base64.b64encode(b"\0" * before + data).decode()
        first = -(-before * 4 // 3) if before else 0
        last = (before + len(data)) // 3 * 4
        core = text[first:last]
        if len(core) >= 6:
            yield core
            if "+" in core or "/" in core:
                yield core.replace("+", "-").replace("/", "_")


def _alone(text: str, form: _Form) -> Iterator[Span]:
    at, length = text.find(form.text), len(form.text)
    while at >= 0:
        end = at + length
        joined_left = (
            at
            and _is_word(text[at - 1])
            and _is_word(form.text[0])
            and text[max(0, at - 2) : at] not in ("\\n", "\\t", "-p", "-P")
            and text[max(0, at - 3) : at] not in ("%3A", "%3D", "%2F", "%3a")
        )
        joined_right = end < len(text) and _is_word(text[end]) and _is_word(form.text[-1])
        if not joined_left and not joined_right:
            yield Span(at, end, form.rule)
        at = text.find(form.text, end)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _packed(text: str, core: str, rule: str) -> Iterator[Span]:
    at = text.find(core)
    while at >= 0:
        start, end = at, at + len(core)
        while start > 0 and at - start < 512 and (text[start - 1].isalnum() or text[start - 1] in "+/_-"):
            start -= 1
        while end < len(text) and end - at < 1024 and (text[end].isalnum() or text[end] in "+/_-="):
            end += 1
        yield Span(start, end, rule)
        at = text.find(core, end)
