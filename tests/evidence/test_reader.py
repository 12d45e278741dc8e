"""Whatever arrives as a bundle (cut, bent, lying, exploding) is refused clearly, within its limits."""

import io
import json
import random
import struct
import tracemalloc
import zipfile
from datetime import UTC, datetime

import pytest

from evidence.bundle import BundleWriter
from evidence.errors import BundleCorrupt, BundleError, BundleForged, BundleTooLarge
from evidence.limits import MIB, Limits
from evidence.manifest import Item
from evidence.reader import read_bundle

AT = datetime(2026, 1, 2, tzinfo=UTC)


def bundle(**contents: bytes) -> bytes:
    write = BundleWriter(agent_version="1", host="h", started_at=AT)
    for label, data in contents.items():
        write.add(Item(label, "c", "s"), data)
    return write.finish(AT)


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as container:
        for name, data in members.items():
            container.writestr(name, data)
    return packed.getvalue()


def test_a_bundle_cut_anywhere_is_refused() -> None:
    """An upload that broke off must not look like a smaller bundle."""
    whole = bundle(a=b"some log line\n" * 50)
    for length in range(len(whole)):
        with pytest.raises(BundleError):
            read_bundle(whole[:length])


def test_a_flipped_byte_never_gives_other_contents() -> None:
    """Either the byte did not matter or the bundle is refused; contents are never different."""
    whole = bundle(a=b"some log line\n" * 50)
    chance = random.Random(7)
    for _ in range(600):
        bent = bytearray(whole)
        bent[chance.randrange(len(bent))] ^= 1 << chance.randrange(8)
        try:
            read = read_bundle(bytes(bent))
        except BundleError:
            continue
        assert read.read("a") == b"some log line\n" * 50


def test_random_bytes_are_corrupt_not_a_crash() -> None:
    chance = random.Random(8)
    for size in (0, 1, 22, 100, 5000):
        with pytest.raises(BundleCorrupt):
            read_bundle(chance.randbytes(size))


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    """64 MiB of zeros are 64 KiB packed; memory stays far below what they unpack to."""
    bomb = zipped({"manifest.json": b"{}", "a": b"\0" * (64 * MIB)})
    tracemalloc.start()
    with pytest.raises(BundleTooLarge, match="ratio"):
        read_bundle(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * MIB


def test_a_member_that_states_less_than_it_unpacks_to_is_corrupt() -> None:
    """The directory says 1,000 bytes, the stream holds ten million: reading stops at what was stated."""
    data = b"\0" * 10_000_000
    bent = zipped({"manifest.json": b"{}", "a": data})
    bent = bent.replace(struct.pack("<L", len(data)), struct.pack("<L", 1000))
    tracemalloc.start()
    with pytest.raises(BundleError):
        read_bundle(bent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * MIB


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        (Limits(packed_bytes=100), "packed size"),
        (Limits(unpacked_bytes=1000), "unpacked size"),
        (Limits(members=1), "members"),
        (Limits(manifest_bytes=10), "manifest.json"),
        (Limits(ratio=2, ratio_free_bytes=100), "ratio"),
    ],
)
def test_each_limit_is_named_with_its_figures(limits: Limits, what: str) -> None:
    whole = bundle(a=b"x" * 600, b=b"y" * 600, c=b"", d=b"", e=b"")
    with pytest.raises(BundleTooLarge, match=what) as caught:
        read_bundle(whole, limits)
    assert caught.value.found > caught.value.limit


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\..\\b", "C:\\x", "a\x1bb"])
def test_members_named_like_paths_are_forged(name: str) -> None:
    with pytest.raises(BundleForged):
        read_bundle(zipped({"manifest.json": b"{}", name: b"x"}))


def test_a_directory_that_lies_about_its_count_is_refused_before_it_is_parsed() -> None:
    whole = bytearray(zipped({f"m{n}": b"" for n in range(300)}))
    whole[-14:-10] = struct.pack("<2H", 2, 2)
    with pytest.raises(BundleForged, match="directory"):
        read_bundle(bytes(whole))


def test_a_manifest_that_lies_about_an_item_is_forged() -> None:
    """Another content under a hash, an item that is not there, one that is not named."""
    write = BundleWriter(agent_version="1", host="h", started_at=AT)
    write.add(Item("a", "c", "s"), b"right")
    with zipfile.ZipFile(io.BytesIO(write.finish(AT))) as container:
        members = {name: container.read(name) for name in container.namelist()}
    for changed in ({"a": b"wrong"}, {"b": b"extra"}):
        with pytest.raises(BundleForged):
            read_bundle(zipped(members | changed))
    del members["a"]
    with pytest.raises(BundleForged, match="not there"):
        read_bundle(zipped(members))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "[" * 50_000, '{"schema": 1}', '{"schema":"vigia.bundle/1"}', '{"schema":"other/1"}'],
)
def test_a_manifest_that_is_none_is_forged(text: str) -> None:
    members = {"manifest.json": text.encode(), "findings.json": b"[]", "redaction.json": b'{"counts":{}}'}
    with pytest.raises(BundleForged):
        read_bundle(zipped(members))


def test_a_doubled_member_is_forged() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as container:
        container.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            container.writestr("a", b"2")
    with pytest.raises(BundleForged, match="twice"):
        read_bundle(packed.getvalue())


def test_a_newer_agents_unknown_keys_are_no_obstacle() -> None:
    with zipfile.ZipFile(io.BytesIO(bundle(a=b"x"))) as container:
        members = {name: container.read(name) for name in container.namelist()}
    manifest = json.loads(members["manifest.json"]) | {"colour": "blue"}
    members["manifest.json"] = json.dumps(manifest).encode()
    assert read_bundle(zipped(members)).read("a") == b"x"
