"""Durable files (blobs, keys): what a call returned for is on the disk, or the call raised.

Databases write past this seam. A test's disk may forget what was not synced, or be full.
"""

import os
from pathlib import Path
from threading import get_ident
from typing import BinaryIO, Protocol


class Disk(Protocol):
    def read(self, path: Path) -> bytes: ...

    def write_durably(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """Appears under `path` whole or not at all, with its final mode, after file and folder are synced."""
        ...

    def write_at(self, path: Path, offset: int, data: bytes, mode: int = 0o600) -> None:
        """Puts `data` at `offset` of a file that may be new, and nothing after it; durable after `sync`."""
        ...

    def sync(self, path: Path) -> None: ...

    def adopt(self, path: Path, target: Path) -> None:
        """The file durably bears the name `target` from now on, as `write_durably` would leave it."""
        ...

    def open(self, path: Path) -> BinaryIO:
        """For reading, by whoever reads more than fits in memory."""
        ...

    def size(self, path: Path) -> int:
        """In bytes; 0 when there is no such file."""
        ...

    def exists(self, path: Path) -> bool: ...

    def remove(self, path: Path) -> None: ...

    def free_bytes(self, path: Path) -> int: ...


class OsDisk:
    """The machine's own file system."""

    def read(self, path: Path) -> bytes:
        return path.read_bytes()

    def write_durably(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Two threads may keep the same content at once: each has a draft of its own.
        aside = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}.part")
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        try:
            os.fchmod(handle, mode)
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.fsync(handle)
        except OSError:
            os.close(handle)
            aside.unlink(missing_ok=True)
            raise
        os.close(handle)
        aside.replace(path)
        _sync(path.parent)

    def write_at(self, path: Path, offset: int, data: bytes, mode: int = 0o600) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, mode)
        try:
            os.ftruncate(handle, offset)
            os.lseek(handle, offset, os.SEEK_SET)
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
        finally:
            os.close(handle)

    def sync(self, path: Path) -> None:
        _sync(path)

    def adopt(self, path: Path, target: Path) -> None:
        _sync(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        _sync(target.parent)
        _sync(path.parent)

    def open(self, path: Path) -> BinaryIO:
        return path.open("rb")

    def size(self, path: Path) -> int:
        try:
            return path.stat().st_size
        except FileNotFoundError:
            return 0

    def exists(self, path: Path) -> bool:
        return path.exists()

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def free_bytes(self, path: Path) -> int:
        found = os.statvfs(path)
        return found.f_bavail * found.f_frsize


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
