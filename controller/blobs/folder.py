"""A folder of contents, each under the SHA-256 of what it holds."""

import asyncio
import re
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from controller.blobs.drafts import Drafts
from controller.core.disk import Disk
from controller.core.errors import Invalid, NotFound, Unavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")


class BlobFolder:
    """`root/ab/abcd...`: two levels, so that no folder grows without end.

    File work happens off the event loop (trust.md R10). What `put` returned for is on the disk.
    """

    def __init__(self, root: Path, disk: Disk) -> None:
        self._root = root
        self._disk = disk

    async def put(self, data: bytes) -> str:
        """The digest (hex). The same content is kept once. Raises `Unavailable` when the disk refuses."""
        digest = sha256(data).hexdigest()
        path = self._path(digest)
        try:
            await asyncio.to_thread(self._keep, path, data)
        except OSError as error:
            raise Unavailable(f"the blob folder cannot be written: {error.strerror or error}") from error
        return digest

    async def get(self, digest: str) -> bytes:
        """The content. Raises `NotFound`, or `Unavailable` when the disk has changed what it was given."""
        path = self._path(digest)
        try:
            data = await asyncio.to_thread(self._disk.read, path)
        except FileNotFoundError as error:
            raise NotFound("blob", digest) from error
        if sha256(data).hexdigest() != digest:
            raise Unavailable(f"blob {digest} is damaged on the disk")
        return data

    async def open(self, digest: str) -> BinaryIO:
        """The content as a file, for what may be too large for memory; its own checks see damage. Raises
        `NotFound`."""
        path = self._path(digest)
        try:
            return await asyncio.to_thread(self._disk.open, path)
        except FileNotFoundError as error:
            raise NotFound("blob", digest) from error

    @property
    def drafts(self) -> Drafts:
        """What is still arriving."""
        return Drafts(self._root / "parts", self._disk, self._path)

    def _keep(self, path: Path, data: bytes) -> None:
        if not self._disk.exists(path):
            self._disk.write_durably(path, data)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise Invalid("digest", "64 hexadecimal digits", "Take it from the bundle's row")
        return self._root / digest[:2] / digest
