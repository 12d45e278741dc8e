"""Durable files (blobs, keys): what a call returned for is on the disk, or the call raised.

Databases write past this seam. A test's disk may forget what was not synced, or be full.
"""

import os
from pathlib import Path
from typing import Protocol


class Disk(Protocol):
    def read(self, path: Path) -> bytes: ...

    def write_durably(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """Appears under `path` whole or not at all, with its final mode, after file and folder are synced."""
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
        aside = path.with_name(f".{path.name}.{os.getpid()}.part")
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
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def exists(self, path: Path) -> bool:
        return path.exists()

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def free_bytes(self, path: Path) -> int:
        found = os.statvfs(path)
        return found.f_bavail * found.f_frsize
