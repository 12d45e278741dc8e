"""Formats that must be read as what they are: a secret's place is known by the grammar, not by its label.

Each module has one verb, `find(page)`, and decides itself, by name or content, whether the page concerns it.
The tuple is explicit: what is not named here does not run.
"""

from collections.abc import Callable, Iterator

from evidence.redact.formats import (
    accounts,
    directives,
    jsontext,
    network,
    registry,
    snmp,
    sql,
    switches,
    tables,
    xmltext,
    yamltext,
)
from evidence.redact.page import Page
from evidence.redact.spans import Span

FINDERS: tuple[Callable[[Page], Iterator[Span]], ...] = (
    accounts.find,
    directives.find,
    network.find,
    jsontext.find,
    yamltext.find,
    xmltext.find,
    registry.find,
    snmp.find,
    switches.find,
    sql.find,
    tables.find,
)
