"""Tables: CSV exports of password managers, and lists with a password column; Markdown tables too."""

import csv
import re
from collections.abc import Iterator

from evidence.redact.labels import rule_of
from evidence.redact.page import Page
from evidence.redact.spans import Span
from evidence.redact.values import is_secret

_CELL = {
    sep: re.compile(rf'(?:"((?:[^"\n]|"")*)"|([^{re.escape(sep)}\n\r]*))(?:{re.escape(sep)}|\r?$)')
    for sep in ",;\t|"
}
_RULES = ("password", "token", "pin", "named_key", "private_key", "community")


def find(page: Page) -> Iterator[Span]:
    """Spans of the cells below a secret heading. The heading must be a row of short labels."""
    lines = min(len(page.starts), 40)
    for number in range(lines):
        start, end = page.bounds(number)
        line = page.text[start:end]
        if len(line) > 2000:
            continue
        for separator in ",;\t|":
            if line.count(separator) < 1:
                continue
            columns = _columns(line, separator)
            if columns and (page.is_kind("csv") or separator in "\t|" or len(columns[1]) >= 3):
                yield from _below(page, number + 1, separator, columns)
                return


def _columns(line: str, separator: str) -> tuple[dict[int, str], list[str]] | None:
    try:
        heading = next(csv.reader([line.lstrip("\ufeff")], delimiter=separator))
    except (csv.Error, StopIteration):
        return None
    if any(
        len(cell) > 40 or re.search(r"[=:{}<>\[\]$]", cell) or re.fullmatch(r"\s*\d+\s*", cell)
        for cell in heading
    ):
        return None
    secret = {
        index: rule
        for index, cell in enumerate(heading)
        if (rule := rule_of(cell.strip())) in _RULES and len(cell.split()) <= 4
    }
    return (secret, heading) if secret and len(heading) >= 2 else None


def _below(
    page: Page, number: int, separator: str, columns: tuple[dict[int, str], list[str]]
) -> Iterator[Span]:
    for row in range(number, len(page.starts)):
        start, end = page.bounds(row)
        if page.text.count(separator, start, end) < len(columns[1]) - 1:
            if separator == "|" or end == start:
                return
            continue
        at = start
        for index in range(len(columns[1])):
            cell = _CELL[separator].match(page.text, at, end)
            if not cell:
                break
            group = 1 if cell.group(1) is not None else 2
            value = cell.group(group)
            rule = columns[0].get(index)
            if (
                rule
                and value.strip()
                and not re.fullmatch(r"[\s:\-]*", value)
                and is_secret(rule, value.strip())
            ):
                lead = len(value) - len(value.lstrip())
                yield Span(cell.start(group) + lead, cell.start(group) + len(value.rstrip()), rule)
            at = cell.end()
