"""SNMP: snmpd.conf, snmp.conf, snmptrapd.conf. Community names are passwords, whatever they are called."""

import re
from collections.abc import Iterator

from evidence.redact.page import Page
from evidence.redact.spans import Span

_LINES = tuple(
    re.compile(expression, re.MULTILINE | re.IGNORECASE)
    for expression in (
        r"^\s*#?\s*(?:ro|rw)community6?\s+(\"[^\"\n]+\"|\S+)",
        r"^\s*#?\s*com2sec6?\s+(?:-Cn\s+\S+\s+)?\S+\s+\S+\s+(\"[^\"\n]+\"|\S+)",
        r"^\s*com2secunix\s+\S+\s+\S+\s+(\S+)",
        r"^\s*(?:trapcommunity|defcommunity)\s+(\S+)",
        r"^\s*(?:trap2?sink|informsink)\s+\S+\s+(\S+)",
        r"^\s*authcommunity\s+[\w,]+\s+(\S+)",
        r"^\s*(?:defauthpassphrase|defprivpassphrase|defpassphrase|defauthlocalizedkey|defprivlocalizedkey|defauthmasterkey|defprivmasterkey)\s+(\"[^\"\n]+\"|\S+)",
        r"^\s*createuser\s+(?:-e\s+\S+\s+)?\S+\s+(?:MD5|SHA[\-\d]*)\s+(?:-[lm]\s+)?(\"[^\"\n]+\"|\S+)(?:\s+(?:DES|AES[\-\d\w]*)(?:\s+(?:-[lm]\s+)?(\"[^\"\n]+\"|\S+))?)?",
        r"^\s*usmuser\s+\d+\s+\d+\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+(0x[0-9a-f]+|\"[^\"\n]*\")\s+\S+\s+(0x[0-9a-f]+|\"[^\"\n]*\")",
        r"^\s*(?:trapsess|proxy)\s.*?\s-c\s*(\S+)",
        r"^\s*(?:trapsess|proxy)\s.*?\s-A\s*(\S+)",
        r"^\s*(?:trapsess|proxy)\s.*?\s-X\s*(\S+)",
    )
)


def find(page: Page) -> Iterator[Span]:
    """Spans in net-snmp's files, known by their words wherever they lie."""
    lower = page.lower
    if not any(
        word in lower
        for word in (
            "community",
            "com2sec",
            "createuser",
            "usmuser",
            "trapsink",
            "trap2sink",
            "informsink",
            "trapsess",
            "passphrase",
        )
    ):
        return
    for expression in _LINES:
        for found in expression.finditer(page.text):
            for index in range(1, expression.groups + 1):
                start, end = found.span(index)
                if end <= start or page.text[start] in "=:":
                    continue
                if page.text[start] == '"' and end - start > 2:
                    start, end = start + 1, end - 1
                yield Span(
                    start,
                    end,
                    "community"
                    if "community" in found.group().lower() or "com2sec" in found.group().lower()
                    else "password",
                )
