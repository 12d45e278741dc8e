"""Words are found in every item of a bundle, with their lines, within limits."""

import io
from datetime import UTC, datetime

import pytest

from controller.core.errors import Invalid
from controller.diagnostics.search import search
from evidence.bundle import BundleWriter
from evidence.manifest import Item
from evidence.reader import Bundle, open_bundle

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def bundle(**items: bytes) -> Bundle:
    writer = BundleWriter(agent_version="0", host="caja-1", started_at=NOON)
    for label, data in items.items():
        writer.add(Item(label, label, label), data)
    return open_bundle(io.BytesIO(writer.finish(NOON)))


def test_lines_are_found_whatever_their_case() -> None:
    found = search(bundle(log=b"one\nDisk FULL on sda\nthree\n", other=b"nothing"), "disk  full")
    [log] = found.items
    assert (log.label, log.count, found.cut) == ("log", 1, False)
    assert (log.lines[0].line, log.lines[0].found) == (2, "Disk FULL")
    assert log.lines[0].after == " on sda"


def test_many_hits_are_counted_and_few_are_shown() -> None:
    found = search(bundle(log=b"error\n" * 5_000), "error")
    assert (found.items[0].count, len(found.items[0].lines), found.cut) == (5_000, 20, True)


def test_a_line_without_end_costs_no_memory_and_is_found_in() -> None:
    """Four MiB in one line: looked through in pieces."""
    found = search(bundle(log=b"x" * 4_000_000 + b" needle " + b"y" * 100), "needle")
    [hit] = found.items[0].lines
    assert hit.found == "needle"
    assert len(hit.before) + len(hit.after) < 600


@pytest.mark.parametrize("query", ["", "  ", "q" * 201])
def test_a_query_without_words_or_beyond_measure_is_refused(query: str) -> None:
    with pytest.raises(Invalid) as error:
        search(bundle(log=b"x"), query)
    assert error.value.field == "q"
