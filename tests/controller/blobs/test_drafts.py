"""What arrives piece by piece: it grows where it ends, survives, and becomes a blob only as a whole."""

import errno
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from controller.blobs.drafts import DiskFull
from controller.blobs.folder import BlobFolder
from controller.core.disk import OsDisk
from controller.core.errors import NotFound

KEY = UUID(int=1)


async def test_pieces_become_a_blob(tmp_path: Path) -> None:
    blobs = BlobFolder(tmp_path, OsDisk())
    await blobs.drafts.write(KEY, 0, b"one ")
    await blobs.drafts.write(KEY, 4, b"twooo")
    await blobs.drafts.write(KEY, 7, b" three")  # what came after that offset is given up
    await blobs.drafts.sync(KEY)
    again = BlobFolder(tmp_path, OsDisk())  # as after a restart
    assert await again.drafts.size(KEY) == 13
    digest = await again.drafts.digest(KEY)
    assert digest == sha256(b"one two three").hexdigest()
    await again.drafts.keep(KEY, digest)
    assert await again.get(digest) == b"one two three"
    assert again.drafts.keys() == ()
    with await again.open(digest) as file:
        assert file.read() == b"one two three"
    with pytest.raises(NotFound):
        await again.open("0" * 64)


async def test_a_dropped_draft_is_gone(tmp_path: Path) -> None:
    drafts = BlobFolder(tmp_path, OsDisk()).drafts
    await drafts.write(KEY, 0, b"half")
    assert drafts.keys() == (KEY,)
    await drafts.drop(KEY)
    assert (await drafts.size(KEY), drafts.keys()) == (0, ())


class FullDisk(OsDisk):
    def write_at(self, path: Path, offset: int, data: bytes, mode: int = 0o600) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def free_bytes(self, path: Path) -> int:
        return 1_000


async def test_a_full_disk_is_said_before_and_when_it_happens(tmp_path: Path) -> None:
    drafts = BlobFolder(tmp_path / "not" / "there" / "yet", FullDisk()).drafts
    with pytest.raises(DiskFull, match="1000 bytes free, 5000 are to come"):
        await drafts.check_room(5_000)
    with pytest.raises(DiskFull):
        await drafts.write(KEY, 0, b"one")
