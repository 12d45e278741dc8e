"""SQL and configuration code that sets passwords: CREATE USER, GRANT ... IDENTIFIED BY, define(), setters."""

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.labels import rule_of
from evidence.redact.page import Page
from evidence.redact.spans import Span
from evidence.redact.values import is_secret

_SQL = re.compile(
    r"(?i)(?:identified\s+(?:with\s+\S+\s+)?(?:by|as)(?:\s+password)?\s*|(?:encrypted\s+|with\s+)?password(?:\s+|\s*=\s*|\s*=?\s*\(\s*)|master_password\s*=\s*|source_password\s*=\s*|using\s+password\s+)"
    r"(?:N?'((?:[^'\\\n]|''|\\.)+)'|\"([^\"\n]+)\"|\\+'([^'\\\n]+)\\+')"
)
_CALL = re.compile(
    r"(?i)(?:define|putenv|ini_set|setenv|set|put|add|config|env|setProperty|setPassword|set_password|password|setparam)\s*\(\s*[\"']([\w.\-]{2,60})[\"']\s*,\s*(?:\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)')"
)
_SETTER = re.compile(
    r"(?i)\.set_?(?:password|secret|token|api_?key|passphrase)\(\s*[\"']([^\"'\n]+)[\"']\s*\)"
)
_ENCODED = re.compile(
    r"(?i)\b\w*(?:pass|passwd|password|pwd|clave|contrase.a)\w*\s*=\s*(?:MD5|SHA1|SHA2|SHA256|PASSWORD|OLD_PASSWORD|CRYPT|ENCRYPT|HASHBYTES)\s*\(\s*'([^'\n]+)'|sp_(?:addlogin|password)\s+N?'[^'\n]*'\s*,\s*N?'([^'\n]+)'"
)
_BY_VALUES = re.compile(r"(?i)identified\s+by\s+(?:values\s+)?([^\s'\";,]{4,})")
_LOGIN = re.compile(
    r"(?i)\bpg_connect|mysqli?_connect\(\s*[\"'][^\"']*[\"']\s*,\s*[\"'][^\"']*[\"']\s*,\s*[\"']([^\"']+)[\"']|new\s+(?:mysqli|PDO)\(\s*[\"'][^\"']*[\"']\s*,\s*[\"'][^\"']*[\"']\s*,\s*[\"']([^\"']+)[\"']"
)


def find(page: Page) -> Iterator[Span]:
    """Spans of literals in statements and calls that set a secret."""
    text = page.text
    for number in page.lines_with(
        (
            "identified",
            "sp_addlogin",
            "sp_password",
            "clave",
            "contrase",
            "password",
            "define(",
            "define (",
            "putenv",
            "secret",
            "passw",
            "_connect",
            "pdo(",
            "mysqli(",
            "token',",
            'token",',
            "token(",
            "_key",
            "_salt",
        )
    ):
        start, end = page.bounds(number)
        quoted = text.find("'", start, end) >= 0 or text.find('"', start, end) >= 0
        if end - start > 64 * 1024 or not (quoted or "identified" in page.lower[start:end]):
            continue
        for expression in (_SQL, _ENCODED, _SETTER, _BY_VALUES, _LOGIN):
            for found in expression.finditer(text, start, end):
                group = next((index for index in range(1, expression.groups + 1) if found.group(index)), 0)
                if group and not is_empty_of_secret(found.group(group)):
                    yield Span(found.start(group), found.end(group), "password")
        for found in _CALL.finditer(text, start, end) if text.find("(", start, end) >= 0 else ():
            group = 2 if found.group(2) is not None else 3
            rule = rule_of(found.group(1))
            if rule and is_secret(rule, found.group(group)):
                yield Span(found.start(group), found.end(group), rule)
