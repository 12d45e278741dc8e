"""Contents that arrive piece by piece, over hours and many connections, before they are a blob."""

import asyncio
import errno
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from controller.core.disk import Disk
from controller.core.errors import Unavailable

_READ_BYTES = 1024 * 1024
RESERVE_BYTES = 64 * 1024 * 1024
"""Left free for what matters more than a bundle: the database."""


class DiskFull(Unavailable):
    """There is no room here for the rest of it; what has arrived is kept."""


class Drafts:
    """One file a draft, named by an id of ours. File work happens off the event loop; memory stays at a
    piece.

    What has arrived survives a restart; after a power cut its end may be missing or damaged: `digest` tells.
    """

    def __init__(self, folder: Path, disk: Disk, place: Callable[[str], Path]) -> None:
        self._folder = folder
        self._disk = disk
        self._place = place

    async def size(self, key: UUID) -> int:
        return await asyncio.to_thread(self._disk.size, self._path(key))

    async def check_room(self, size_bytes: int) -> None:
        """Raises `DiskFull` when that much more would not leave the reserve."""
        folder = next(one for one in (self._folder, *self._folder.parents) if self._disk.exists(one))
        free = await asyncio.to_thread(self._disk.free_bytes, folder)
        if free < size_bytes + RESERVE_BYTES:
            raise DiskFull(f"the controller's disk has {free} bytes free, {size_bytes} are to come")

    async def write(self, key: UUID, offset: int, data: bytes) -> None:
        """`data` at `offset`, which is where the draft ends from now on. Raises `Unavailable`."""
        try:
            await asyncio.to_thread(self._disk.write_at, self._path(key), offset, data)
        except OSError as error:
            raise _refusal(error) from error

    async def sync(self, key: UUID) -> None:
        """Returns when all that has arrived would survive a power cut. Raises `Unavailable`."""
        try:
            await asyncio.to_thread(self._disk.sync, self._path(key))
        except OSError as error:
            raise _refusal(error) from error

    async def digest(self, key: UUID) -> str:
        """SHA-256 (hex) of what has arrived."""
        return await asyncio.to_thread(self._digest, self._path(key))

    def path(self, key: UUID) -> Path:
        """For checking it before it is kept."""
        return self._path(key)

    async def keep(self, key: UUID, digest: str) -> None:
        """It becomes the blob of that digest, which the caller has compared. Durable when it returns."""
        try:
            await asyncio.to_thread(self._disk.adopt, self._path(key), self._place(digest))
        except OSError as error:
            raise _refusal(error) from error

    async def drop(self, key: UUID) -> None:
        await asyncio.to_thread(self._disk.remove, self._path(key))

    def keys(self) -> tuple[UUID, ...]:
        """Of all drafts that lie here."""
        if not self._disk.exists(self._folder):
            return ()
        return tuple(UUID(path.name) for path in self._folder.iterdir() if len(path.name) == 36)

    def _digest(self, path: Path) -> str:
        found = sha256()
        with self._disk.open(path) as file:
            while piece := file.read(_READ_BYTES):
                found.update(piece)
        return found.hexdigest()

    def _path(self, key: UUID) -> Path:
        return self._folder / str(key)


def _refusal(error: OSError) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull("the controller's disk is full")
    return Unavailable(f"the blob folder cannot be written: {error.strerror or error}")
