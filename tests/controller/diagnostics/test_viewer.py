"""Evidence as people read it: text with its gaps, and a clear word for what cannot be read."""

from datetime import UTC, datetime

from controller.diagnostics.viewer import view
from evidence.bundle import BundleWriter
from evidence.manifest import Item

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def written() -> bytes:
    writer = BundleWriter(agent_version="0.1.0", host="caja-1", started_at=NOON)
    writer.add(Item("processes.txt", "processes", "psutil", exit_status=0), "postgres ñ\x1b[31m".encode())
    writer.add_gap(Item("journal.txt", "journal", "journalctl -u tienda", timed_out=True))
    return writer.finish(NOON)


def test_items_come_as_text_and_gaps_are_seen() -> None:
    """What was collected can be read; what a stuck command did not bring is named, not left out."""
    shown = view(written())
    assert (shown.host, shown.fault) == ("caja-1", "")
    found = {item.name: item for item in shown.items}
    assert found["processes.txt"].text == "postgres ñ\x1b[31m"
    assert found["processes.txt"].gap == ""
    assert found["journal.txt"].gap == "timed_out"


def test_a_damaged_or_oversized_bundle_is_refused_in_words() -> None:
    """Any damage is one sentence, never an exception in a page."""
    whole = written()
    assert "cut short" in view(whole[:-3]).fault
    assert "limit" in view(whole + b"\0" * (2 * 1024 * 1024)).fault
    for place in range(0, len(whole), 7):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        view(damaged)
