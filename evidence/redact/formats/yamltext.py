"""YAML: block scalars, lists under a secret label, name/value pairs, Kubernetes secrets, kubeconfig."""

import re
from collections.abc import Iterator

from evidence.redact.keep import is_empty_of_secret
from evidence.redact.labels import rule_of
from evidence.redact.page import Page
from evidence.redact.spans import Span
from evidence.redact.values import is_secret, value_at

_PAIR = re.compile(r"^(\s*)((?:-\s+)*)([\"']?)([^\s\"'#:{}\[\],&*][^\"'#:{}\[\],]*?)\3\s*:(?:\s+|$)")
_ITEM = re.compile(r"^(\s*)-\s+(\S.*)$")
_SECRET_KIND = re.compile(r"(?m)^\s*kind:\s*[\"']?Secret(?:List)?[\"']?\s*$")
_LOOKS = re.compile(r"(?m)^(?:---|[\w.\-]+:(?: .*)?\r?\n(?:\s+|- )[\w.\-\"']+)")


def find(page: Page) -> Iterator[Span]:  # noqa: C901 - one walk over lines; its state is three variables
    """Spans in YAML files, and in texts that begin like one."""
    if not page.is_kind("yaml") and not _LOOKS.match(page.text[:2000].lstrip("\ufeff\r\n ")):
        return
    secret_object = bool(_SECRET_KIND.search(page.text))
    parent_rule, parent_indent, block = "", -1, False
    name_rule = ""
    for number in range(len(page.starts)):
        start, end = page.bounds(number)
        line = page.text[start:end]
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if line.startswith("---"):
            parent_indent, name_rule = -1, ""
        indent = len(line) - len(line.lstrip(" \t"))
        pair = _PAIR.match(line)
        if parent_indent >= 0 and (
            indent > parent_indent
            or (indent == parent_indent and line.lstrip().startswith("- ") and not block)
        ):
            found = _inside(page, start, end, line, pair, parent_rule, block=block)
            if found:
                yield found
                continue
            if block:
                continue
        elif indent <= parent_indent:
            parent_indent, block = -1, False
        if not pair:
            continue
        label = pair.group(4).strip()
        rule = (
            "k8s"
            if secret_object and label.lower() in ("data", "stringdata") and indent <= 4
            else rule_of(label) or ""
        )
        first, last, quoted = value_at(page.text, start + pair.end(), end, whole_line=True)
        value = page.text[first:last]
        if label.lower() in ("name", "key"):
            name_rule = rule_of(value) or ""
        elif label.lower() in ("value", "valor", "default") and name_rule and is_secret(name_rule, value):
            yield Span(first, last, name_rule)
        if not rule:
            continue
        if not quoted and (not value or re.match(r"^[|>][+\-\d]*$|^&\w+$", value)):
            parent_rule, parent_indent, block = (
                rule,
                indent + len(pair.group(2)),
                value[:1] in "|>" and bool(value),
            )
        elif is_secret(rule, value) and not value.startswith(("[", "{", "*", "&")):
            yield Span(first, last, rule)
        elif value.startswith("["):
            for word in re.finditer(r"[\"']?([^\s,\[\]\"']+)[\"']?", value):
                if is_secret(rule, word.group(1)):
                    yield Span(first + word.start(1), first + word.end(1), rule)


def _inside(
    page: Page, start: int, end: int, line: str, pair: re.Match[str] | None, rule: str, *, block: bool
) -> Span | None:
    """A line below a secret label: block text, list items, or (Kubernetes) every value of a map."""
    if block:
        stripped = line.strip()
        if stripped.startswith(("-----", "ssh-")) or is_empty_of_secret(stripped):
            return None
        first = start + line.index(stripped)
        return Span(first, first + len(stripped), "password" if rule == "k8s" else rule)
    if pair and rule == "k8s":
        first, last, _ = value_at(page.text, start + pair.end(), end, whole_line=True)
        return Span(first, last, "password") if last - first > 1 and page.text[first] not in "|>" else None
    item = _ITEM.match(line)
    if item and not pair and rule != "k8s":
        first, last, _ = value_at(page.text, start + item.start(2), end, whole_line=True)
        if is_secret(rule, page.text[first:last]):
            return Span(first, last, rule)
    return None
