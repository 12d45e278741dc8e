"""Contents by their hash: once, whole, and never by a name from outside."""

import asyncio
from hashlib import sha256
from pathlib import Path

import pytest

from controller.blobs.folder import BlobFolder
from controller.core.disk import OsDisk
from controller.core.errors import Invalid, NotFound, Unavailable


async def test_what_was_put_is_got(tmp_path: Path) -> None:
    folder = BlobFolder(tmp_path, OsDisk())
    digest = await folder.put(b"a bundle")
    assert digest == sha256(b"a bundle").hexdigest()
    assert await folder.put(b"a bundle") == digest
    assert await folder.get(digest) == b"a bundle"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest]


async def test_many_that_put_the_same_at_once_leave_it_once_and_whole(tmp_path: Path) -> None:
    """Two agents, or two labs, with the same log: no writer may trip over another's draft."""
    folder = BlobFolder(tmp_path, OsDisk())
    data = bytes(range(256)) * 4_096
    (digest,) = set(await asyncio.gather(*(folder.put(data) for _ in range(20))))
    assert await folder.get(digest) == data
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [digest]


async def test_an_unknown_digest_is_not_found_and_a_path_is_refused(tmp_path: Path) -> None:
    folder = BlobFolder(tmp_path / "blobs", OsDisk())
    with pytest.raises(NotFound):
        await folder.get("0" * 64)
    (tmp_path / "secret").write_text("x")
    for name in ("../secret", "", "A" * 64, "0" * 63):
        with pytest.raises(Invalid):
            await folder.get(name)


async def test_a_damaged_content_is_never_given_out(tmp_path: Path) -> None:
    folder = BlobFolder(tmp_path, OsDisk())
    digest = await folder.put(b"a bundle")
    (tmp_path / digest[:2] / digest).write_bytes(b"A bundle")
    with pytest.raises(Unavailable, match="damaged"):
        await folder.get(digest)


class FullDisk(OsDisk):
    def write_durably(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        raise OSError(28, "No space left on device")


async def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="No space left"):
        await BlobFolder(tmp_path, FullDisk()).put(b"a bundle")
