"""A bundle that is written straight into a file reads like any other, and holds to its budget."""

from datetime import UTC, datetime
from pathlib import Path

from evidence.manifest import Item
from evidence.reader import open_bundle, read_bundle
from evidence.streaming import StreamedBundle

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_it_reads_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with path.open("wb") as file:
        writer = StreamedBundle(file, agent_version="0", host="caja-1", started_at=NOON, profile="basic")
        writer.add(Item("b.txt", "b", "b", redactions={"password": 2}), b"second")
        writer.add(Item("a.txt", "a", "a"), b"line\n" * 100_000, cap_bytes=1_000)
        writer.add_pieces(Item("c.bin", "c", "c"), (bytes([number]) * 100_000 for number in range(20)))
        writer.add_gap(Item("d.txt", "d", "d", timed_out=True))
        writer.finish(NOON, [{"rule": "watch.down"}])
    bundle = read_bundle(path.read_bytes())
    assert bundle.labels == ("a.txt", "b.txt", "c.bin")
    assert (len(bundle.read("a.txt")), bundle.size("c.bin")) == (995, 2_000_000)
    assert bundle.manifest.profile == "basic"
    assert (bundle.findings, bundle.redaction) == (({"rule": "watch.down"},), {"password": 2})


def test_pieces_beyond_the_budget_are_left_out_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "bundle.zip"
    with path.open("wb") as file:
        writer = StreamedBundle(file, agent_version="0", host="h", started_at=NOON, budget_bytes=1_500)
        item = writer.add_pieces(Item("c.bin", "c", "c"), (b"x" * 1_000 for _ in range(3)))
        assert writer.add(Item("d.txt", "d", "d"), b"late").sha256 == ""
        writer.finish(NOON)
    assert (item.bytes, item.cut_bytes, item.truncated) == (1_500, 1_500, True)
    with path.open("rb") as file:
        assert open_bundle(file).read("c.bin") == b"x" * 1_500


def test_without_checking_only_the_tables_are_read(tmp_path: Path) -> None:
    """For what was checked when it came in: damage inside an item is seen when that item is read."""
    path = tmp_path / "bundle.zip"
    with path.open("wb") as file:
        writer = StreamedBundle(file, agent_version="0", host="h", started_at=NOON)
        writer.add(Item("a.txt", "a", "a"), bytes(range(256)) * 10)
        writer.finish(NOON)
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    path.write_bytes(data)
    with path.open("rb") as file:
        assert open_bundle(file, verify=False).labels == ("a.txt",)
