"""Whether a value, under the rule its label stands for, is the secret; and where it ends."""

import re

from evidence.redact.keep import is_empty_of_secret, is_known_fact, looks_random

_SECRETLIKE_KEY = re.compile(r"^[A-Za-z0-9+/=_\-:.~!@#$%^&*]{12,}$")
_HEX_DIGEST = re.compile(r"^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$")
_PIN = re.compile(r"^\d{3,12}$")


def is_secret(rule: str, value: str) -> bool:
    """Judge a value found under a label. `rule` is what `labels.rule_of` gave."""
    if is_empty_of_secret(value):
        return False
    bare = value.strip()
    if rule == "pin":
        return bool(_PIN.match(bare)) or (looks_random(bare) and len(bare) <= 16 and " " not in bare)
    if rule in ("password", "private_key"):
        return True
    if rule == "community":
        return len(bare) <= 64 and not bare.lower().startswith(("support", "edition", "server"))
    if rule == "token":
        return len(bare) >= 6 and not bare.isdigit() and " " not in bare
    if rule == "named_key":
        return (
            len(bare) >= 6 and not _is_counter(bare) and ("." not in bare or any(c.isdigit() for c in bare))
        )
    if rule == "auth":
        return (len(bare) >= 8 and looks_random(bare)) or bare.endswith("=")
    return _is_bare_key(bare)


def _is_bare_key(value: str) -> bool:
    """A value labelled just `key`: only if nothing but a secret looks like it."""
    if (
        is_known_fact(value)
        or _HEX_DIGEST.match(value)
        or not _SECRETLIKE_KEY.match(value)
        or len(value) < 16
    ):
        return False
    kinds = sum(
        (any(c.isupper() for c in value), any(c.islower() for c in value), any(c.isdigit() for c in value))
    )
    return kinds == 3 and value.count(".") < 2 and value.count("_") + value.count("-") < 4


def _is_counter(value: str) -> bool:
    return value.isdigit() and len(value) < 6


_CLOSERS = {'"': '"', "'": "'", "`": "`", "«": "»", "“": "”", "‘": "’"}
_INLINE_END = re.compile(r"""[\s"'<>;&|)\]}]|,(?=\s|$|[\w.-]+=)|\\[nr"]""")
_QUOTED = {
    '"': re.compile(r'"((?:[^"\\\n]|\\.)*)"'),
    "'": re.compile(r"'((?:[^'\\\n]|\\.|'')*)'"),
    "`": re.compile(r"`([^`\n]*)`"),
    "«": re.compile(r"«\s?([^»\n]*?)\s?»"),
    "“": re.compile(r"“([^”\n]*)”"),
    "‘": re.compile(r"‘([^’\n]*)’"),
}
_ESCAPED_QUOTE = re.compile(r'(\\+)(["\'])')
_COMMENT = re.compile(r"\s+(?:#|;|//)(?:\s.*)?$")


def value_at(text: str, at: int, end: int, *, whole_line: bool) -> tuple[int, int, bool]:
    """Range of the value that begins at `at` (blanks skipped), and whether it was quoted.

    With `whole_line` an unquoted value runs to the line's end, less a comment; else to the next blank,
    quote or separator.
    """
    while at < end and text[at] in " \t":
        at += 1
    if at >= end:
        return at, at, False
    escaped = _ESCAPED_QUOTE.match(text, at, end)
    if escaped:
        mark = escaped.group()
        close = text.find(mark, escaped.end(), end)
        return escaped.end(), (close if close >= 0 else end), True
    if text[at] in _QUOTED:
        quoted = _QUOTED[text[at]].match(text, at, end)
        if quoted:
            return quoted.start(1), quoted.end(1), True
        return at + 1, _trimmed(text, at + 1, end), True  # a quote that never closes: to the line's end
    if whole_line:
        comment = _COMMENT.search(text, at, end)
        return at, _trimmed(text, at, comment.start() if comment else end), False
    stop = _INLINE_END.search(text, at, end)
    stop_at = stop.start() if stop else end
    while stop_at > at + 1 and text[stop_at - 1] in ".,:" and not whole_line:
        stop_at -= 1
    return at, stop_at, False


def _trimmed(text: str, at: int, end: int) -> int:
    while end > at and text[end - 1] in " \t\r":
        end -= 1
    return end
