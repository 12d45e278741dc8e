"""A bundle says what it holds, what was cut and what is missing; the same contents are the same bytes."""

import json
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.bundle import BundleWriter, label_fault, newest_end
from evidence.errors import ItemRefused
from evidence.manifest import Item
from evidence.reader import read_bundle

START = datetime(2026, 1, 2, 10, 0, tzinfo=UTC)
END = datetime(2026, 1, 2, 10, 0, 9, tzinfo=UTC)


def writer(budget_bytes: int = 1024 * 1024) -> BundleWriter:
    return BundleWriter(agent_version="1.0", host="srv-01", started_at=START, budget_bytes=budget_bytes)


def item(label: str) -> Item:
    return Item(label=label, collector="logs", source=f"journalctl -u {label}", exit_status=0, duration_ms=12)


def test_what_was_written_is_read_back_with_all_its_facts() -> None:
    """Contents, findings and counts survive; the manifest carries size, hash and redactions."""
    write = writer()
    write.add(Item("logs/a", "logs", "/var/log/a", 0, 5, redactions={"password": 2}), b"one\ntwo\n")
    bundle = read_bundle(write.finish(END, [{"rule": "disk_full", "severity": "high"}]))
    stated = bundle.manifest.item("logs/a")
    assert bundle.read("logs/a") == b"one\ntwo\n"
    assert stated is not None and (stated.bytes, stated.redactions, stated.truncated) == (
        8,
        {"password": 2},
        False,
    )
    assert (bundle.manifest.started_at, bundle.manifest.finished_at) == (START, END)
    assert bundle.findings[0]["rule"] == "disk_full"
    assert bundle.redaction == {"password": 2}


def test_the_same_contents_in_any_order_are_the_same_bytes() -> None:
    """A bundle is named by its hash, so neither time nor order of arrival may show."""
    first, second = writer(), writer()
    for label in ("a", "b"):
        first.add(item(label), label.encode())
    for label in ("b", "a"):
        second.add(item(label), label.encode())
    assert first.finish(END) == second.finish(END)


def test_the_newest_end_of_a_log_is_kept_and_the_cut_recorded() -> None:
    """What broke stands at the end of a log, never at its beginning."""
    log = b"".join(b"line %04d\n" % n for n in range(100))
    write = writer(budget_bytes=205)
    stated = write.add(item("log"), log)
    kept = read_bundle(write.finish(END)).read("log")
    assert kept.endswith(b"line 0099\n") and kept.startswith(b"line 0")
    assert stated.truncated and stated.cut_bytes == len(log) - len(kept)


def test_an_item_beyond_the_budget_is_a_visible_gap() -> None:
    """Nothing is left for the second item: it stands in the manifest without bytes."""
    write = writer(budget_bytes=10)
    write.add(item("a"), b"0123456789")
    write.add(item("b"), b"more")
    write.add_gap(Item("c", "smart", "smartctl -j -a /dev/sda", timed_out=True))
    bundle = read_bundle(write.finish(END))
    gaps = {one.label: one for one in bundle.manifest.items}
    assert bundle.labels == ("a",)
    assert gaps["b"].truncated and gaps["b"].cut_bytes == 4 and gaps["c"].timed_out


def test_a_log_of_one_endless_line_passes_our_own_reader() -> None:
    """It deflates like a bomb, so it is stored instead."""
    write = writer(budget_bytes=8 * 1024 * 1024)
    write.add(item("log"), b"ata1: hard resetting link\n" * 200_000)
    assert read_bundle(write.finish(END)).size("log") == 5_200_000


@pytest.mark.parametrize(
    "label", ["", "/etc/passwd", "../x", "a/../b", "a\\b", "C:x", "a\nb", "x" * 256, "a//b"]
)
def test_labels_that_look_like_paths_are_refused(label: str) -> None:
    """Members are labels: nothing that a careless unpacker could follow out of its folder."""
    assert label_fault(label)
    with pytest.raises(ItemRefused, match="label"):
        writer().add(item(label), b"")


def test_a_label_is_given_once_and_never_a_tables_name() -> None:
    write = writer()
    write.add(item("a"), b"")
    for taken in ("a", "manifest.json"):
        with pytest.raises(ItemRefused, match="taken"):
            write.add(item(taken), b"")


def test_the_container_is_a_plain_zip_that_any_tool_reads() -> None:
    write = writer()
    write.add(item("a"), b"x")
    with zipfile.ZipFile(BytesIO(write.finish(END))) as container:
        assert container.namelist() == ["manifest.json", "findings.json", "redaction.json", "a"]
        assert json.loads(container.read("manifest.json"))["schema"] == "vigia.bundle/1"
        assert {entry.date_time for entry in container.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@given(data=st.binary(max_size=400), room=st.integers(-1, 400))
def test_the_newest_end_is_always_a_suffix_within_its_room(data: bytes, room: int) -> None:
    kept = newest_end(data, room)
    assert data.endswith(kept) and len(kept) <= max(room, 0)
