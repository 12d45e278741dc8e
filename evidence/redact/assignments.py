"""Labels and their values: `DB_PASSWORD=...`, `"contraseña": "..."`, `Clave del wifi: ...`, in any file.

This is the net under the formats: it reads lines as anybody's eye does. Where a line is nothing but a label
and a value, the value is the rest of the line; inside a longer line it ends at the next separator.
"""

# ruff: noqa: E501 - rows of patterns and samples are read across; folded, they can no longer be searched for

import re
from collections.abc import Iterator

from evidence.redact.keep import looks_random
from evidence.redact.labels import NEEDLES, rule_of, words_of
from evidence.redact.page import Page
from evidence.redact.spans import Span
from evidence.redact.values import is_secret, value_at

_SEPARATOR = re.compile(r"=>|:=|\?=|\+=|==|!=|<=|>=|::|://|[=:]|&#61;|%3[dD]")
_NOT_SEPARATORS = ("==", "!=", "<=", ">=", "::", "://")
_LABEL = re.compile(r"([\w.$\-\[\]@\u0303%¤¥\\�?&;]+(?:[ ][\w.\-\u0303/'¤¥()]+){0,6})[\"'”»\])\s*_]*$")
_QUOTED_LABEL = re.compile(r"[\"'“«]([^\"'“«»”=:{},]{1,80}?)(?:\\*[\"'”»])\]?\s*,?\s*$")
_LINE_LABEL = re.compile(
    r"^[\s#;\-*•>|]*(?:export\s+|set\s+|setx?\s+|\$|ENV\s+|ARG\s+|\d+[.)]\s+)?[\"']?[\w.\-\u0303áéíóúàèòüñçãõâêôÁÉÍÓÚÑÇ\[\]¤¥]+(?:[ ](?!-)[\w.\-\u0303'/()]+){0,4}[\"']?\s*$"
)
_CLOSING = tuple("\"'”»")
_STEM = re.compile("|".join(re.escape(needle.rstrip("=:")) for needle in NEEDLES))
_TAG = re.compile(
    r"[\w.\-]+(?:\[\d+\]| \d{1,2})$"
)  # syslog's `passwd[913]:` is a program, dpkg's `passwd 1:4.13` a version
_LINKS = frozenset(
    """de del d la el els les los las do da dos das o a of for the to in en al per para por wifi wi fi wlan admin
    administrador root user usuario usuari usuaria db database base datos mysql postgres correo email mail router server
    servidor red xarxa rede oficina office tienda botiga loja caja invitados guest banco banc maestra master actual nueva nova new
    old my mi su tu anydesk teamviewer vpn ssh ftp smtp app api acceso acces acesso sesion temporal inicial predeterminada
    default panel nas camara camaras camera windows outlook google value valor plain text b prod dev test staging i y e
    local remoto remote recuperacion recovery backup copia copias seguridad seguretat""".split()
)
_FAILED = re.compile(
    r"(?i)\b(?:failed|invalid|incorrect|wrong|error|expired|accepted|changed|caducad|incorrect[ao]|cambiad|fallid)"
)


def find(page: Page) -> Iterator[Span]:
    """Spans of every labelled secret."""
    ini = page.is_kind("ini")
    log = page.is_kind("log")
    numbers = page.lines_with(NEEDLES)
    for number in numbers:
        start, end = page.bounds(number)
        yield from _in_line(page, start, end, ini=ini, log=log)


def _in_line(page: Page, start: int, end: int, *, ini: bool, log: bool) -> Iterator[Span]:
    text, done = page.text, start
    stem = _STEM.search(page.lower, start, end)
    begin = stem.start() if stem else end  # no label ends before the first stem
    for found in _SEPARATOR.finditer(text, begin, end):
        at = found.start()
        if at < done or found.group() in _NOT_SEPARATORS:
            continue
        low = max(start, done, at - 96)
        if not _STEM.search(page.lower, low, at):
            continue
        before = text[low:at]
        if found.group() == ":" and _TAG.search(before):
            continue
        label = label_before(before)
        rule = rule_of(label) if label else None
        if rule is None or (" " in label and not _is_phrase(label)):
            continue
        alone = low == start and bool(_LINE_LABEL.match(before)) and not log
        whole = alone and (ini or _few_words(text, found.end(), end))
        first, last, quoted = value_at(text, found.end(), end, whole_line=whole)
        if first >= last and alone:
            yield from _below(page, end, rule)
            continue
        value = text[first:last]
        if not quoted and " " in label and not alone and not looks_random(value, 4) and rule != "pin":
            continue
        if not (value.endswith("(") and value[:-1].isalnum()) and is_secret(rule, value):
            yield from _parted(text, first, last, rule, quoted=quoted)
            done = last


def label_before(before: str) -> str:
    """The label that ends where the separator stands, without quotes; empty if there is none."""
    quoted = _QUOTED_LABEL.search(before) if before.rstrip(" ,])\t")[-1:] in _CLOSING else None
    if quoted:
        return quoted.group(1)
    tail = before.rstrip(" \t\"'”»])_*")
    # cutting at the nearest sign that no label holds keeps the expression below from being tried everywhere
    found = _LABEL.search(before, max(map(tail.rfind, ',|{}<>=:"')) + 1)
    if not found:
        return ""
    label = found.group(1)
    if " " in label:
        last = label.rsplit(" ", 1)[1]
        if rule_of(last):
            return _with_about(label, last)
    return label


def _with_about(label: str, last: str) -> str:
    """Keep the word before too when it belongs to the label ("API key", "private key", "no password")."""
    words = label.split(" ")
    pair = " ".join(words[-2:])
    return pair if rule_of(last) == "key" or rule_of(pair) is None else last


def _is_phrase(label: str) -> bool:
    """A phrase is a label if its strong word is last or followed by linking words alone."""
    words = label.split(" ")
    for position, word in enumerate(words):
        rest = words[position + 1 :]
        known = rule_of(word) or rule_of(" ".join(words[position : position + 2]))
        if known and all(part in _LINKS for after in rest for part in words_of(after)):
            return not _FAILED.search(label)
    return rule_of(label) is not None and len(words) <= 3


def _few_words(text: str, at: int, end: int) -> bool:
    value = text[at:end].strip()
    return (
        len(value) <= 80
        and value.count(" ") <= 3
        and "," not in value.rstrip(",")
        and ";" not in value.rstrip(";")
        and "=" not in value[1:-2]
        and not re.search(r":\s", value)
    )


def _below(page: Page, end: int, rule: str) -> Iterator[Span]:
    """ "Contraseña:" alone on its line, the value alone on the next."""
    number = page.number(end) + 1
    if rule not in ("password", "pin", "token") or number >= len(page.starts):
        return
    start, stop = page.bounds(number)
    value = page.text[start:stop].strip()
    if (
        value
        and " " not in value
        and looks_random(value)
        and not value.endswith(":")
        and "=" not in value.rstrip("=")
    ):
        first = page.text.index(value, start)
        yield Span(first, first + len(value), rule)


def _parted(text: str, first: int, last: int, rule: str, *, quoted: bool) -> Iterator[Span]:
    """Drop a trailing comma of code, keep `{SCHEME}` prefixes readable."""
    if not quoted and last - first > 1 and text[last - 1] in ",;":
        last -= 1
        if last - first > 1 and text[last - 1] in "\"'":
            last -= 1
    yield Span(first, last, rule)
