"""JSON, whole files and fragments in logs: labels with escapes, name/value pairs, lists, argument vectors, docker, Kubernetes."""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence.redact.commands import Word, in_words
from evidence.redact.keep import is_empty_of_secret
from evidence.redact.labels import rule_of
from evidence.redact.page import Page
from evidence.redact.spans import Span
from evidence.redact.values import is_secret

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:)?|([\[\]{}])|([^\s",:\[\]{}]+)')
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_NAMES = ("name", "key", "id", "label", "campo", "field", "variable", "parametername", "nombre", "clave")
_VALUES = ("value", "valor", "val", "data", "parametervalue", "default", "content")
_JWK_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "k")


@dataclass(slots=True)
class _Level:
    """An open object or list: under which rule it stands, and what was seen in it."""

    kind: str
    rule: str | None = None
    label: str = ""
    name: str = ""
    pending: tuple[int, int] | None = None
    words: list[Word] = field(default_factory=list)
    is_jwk: bool = False


def find(page: Page) -> Iterator[Span]:
    """Spans in JSON files, and in files that begin like one."""
    text = page.text
    head = text[:256].lstrip("\ufeff \t\r\n")
    if not (page.is_kind("json") or head.startswith(("{", "[{", '["', "[\n", "[ ", "[\r"))):
        return
    is_secret_object = re.search(r'"kind"\s*:\s*"Secret(?:List)?"', text) is not None
    levels: list[_Level] = [_Level("{")]
    label = ""
    for found in _TOKEN.finditer(text):
        level = levels[-1]
        if found.group(3):
            if found.group(3) in "{[":
                rule = (
                    rule_of(label)
                    if label
                    else (level.rule if level.kind == "[" or level.rule == "k8s" else None)
                )
                if label.lower() in ("data", "stringdata", "binarydata") and is_secret_object:
                    rule = "k8s"
                levels.append(_Level(found.group(3), rule, label))
            else:
                yield from _closed(level)
                if len(levels) > 1:
                    levels.pop()
            label = ""
            continue
        if found.group(2):
            label = _unescaped(found.group(1))
            continue
        index = 1 if found.group(1) is not None else 4
        yield from _scalar(
            level, label, found.start(index), found.end(index), found.group(index), string=index == 1
        )
        label = ""


def _scalar(  # noqa: C901 - one question per kind of value, read top to bottom
    level: _Level, label: str, start: int, end: int, value: str, *, string: bool
) -> Iterator[Span]:
    lower = label.lower()
    if level.kind == "[":
        if string:
            level.words.append(Word(start, end, value))
            if level.rule and is_secret(level.rule, value):
                yield Span(start, end, level.rule)
        return
    if lower in _NAMES and string and not level.name:
        level.name = _unescaped(value)
    if lower in _VALUES:
        level.pending = (start, end)
    if lower == "kty":
        level.is_jwk = True
    if level.rule == "k8s" and string and value:
        yield Span(start, end, "password")
    elif level.is_jwk and lower in _JWK_PRIVATE and len(value) > 16:
        yield Span(start, end, "private_key")
    elif level.kind == "{" and level.rule in ("password", "token") and string and lower in _VALUES:
        if is_secret(level.rule, value):
            yield Span(start, end, level.rule)
    elif lower == "auth" and string and len(value) >= 8 and not is_empty_of_secret(value):
        yield Span(start, end, "auth")
    else:
        rule = rule_of(label)
        if (
            (
                rule
                and (string or value not in ("true", "false", "null"))
                and is_secret(rule, value)
                and value != "-----BEGIN"
            )
            and "PUBLIC KEY" not in value[:60]
            and "BEGIN CERT" not in value[:60]
        ):
            yield Span(start, end, rule)
    if level.name and level.pending and (rule := rule_of(level.name)):
        first, last = level.pending
        level.pending = None
        text = value if (first, last) == (start, end) else ""
        if not text or is_secret(rule, text):
            yield Span(first, last, rule)


def _closed(level: _Level) -> Iterator[Span]:
    if level.kind == "[" and len(level.words) > 1:
        yield from in_words(level.words)


def _unescaped(label: str) -> str:
    if "\\" not in label:
        return label
    return _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), label)
