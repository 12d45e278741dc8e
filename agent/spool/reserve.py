"""A file that holds room on the disk for the faults of a bad day, and the folder of set-aside damage.

When the disk is full the reserve is given back, so that what is being reported can still be written
(trust.md R9).
"""

from contextlib import suppress
from pathlib import Path

from agent.disk import Disk
from agent.spool.lane import Tear

RESERVE_BYTES = 2 * 1024 * 1024
DAMAGED_FILES_MAX = 16
DAMAGED_FILE_MAX_BYTES = 64 * 1024


class Reserve:
    """`keep` when there is plenty of room, `release` when there is none."""

    def __init__(self, disk: Disk, folder: Path, size_bytes: int = RESERVE_BYTES) -> None:
        self._disk = disk
        self._path = folder / "reserve"
        self._size_bytes = size_bytes

    def keep(self) -> None:
        """Fills the reserve when the disk has four times its size to spare; never raises."""
        with suppress(OSError):
            if self._disk.exists(self._path):
                return
            if self._disk.free_bytes(self._path.parent) >= 4 * self._size_bytes:
                # Random-looking content is not needed: none of the file systems we meet stores zeros sparsely
                # unless told to compress, and there the reserve is a courtesy anyway.
                self._disk.replace(self._path, bytes(self._size_bytes))

    def release(self) -> bool:
        """Gives the room back; False when it had been given already."""
        try:
            self._disk.unlink(self._path)
            self._disk.sync_folder(self._path.parent)
        except OSError:
            return False
        return True


def set_aside(disk: Disk, folder: Path, tears: list[Tear], stamp: str) -> None:
    """Keeps the damaged bytes for whoever wants to look, at most 16 files of 64 KiB; never raises."""
    with suppress(OSError):
        disk.mkdir(folder)
        for number, tear in enumerate(tears[:DAMAGED_FILES_MAX]):
            name = f"{stamp}-{number:02d}-{tear.name}"
            disk.replace(folder / name, tear.data[:DAMAGED_FILE_MAX_BYTES])
        for name in disk.list(folder)[:-DAMAGED_FILES_MAX]:
            disk.unlink(folder / name)
