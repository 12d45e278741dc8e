"""The agent's only way to durable files, so that a test can forget what was not synced (trust.md R12).

What a method promises after a power cut is said in its docstring; nothing else is promised.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

# Windows: text and binary differ, no folder can be synced, and no descriptor is inherited anyway.
_WINDOWS = os.name == "nt"
_PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class AppendHandle(Protocol):
    """A file that only grows. Bytes are durable after `sync`, its name after `Disk.sync_folder`."""

    def write(self, data: bytes) -> None:
        """Appends all of it, or raises OSError having perhaps written a part."""

    def sync(self) -> None:
        """Returns when every byte written so far would survive a power cut."""

    def close(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class PatchHandle(Protocol):
    """A file that keeps its length and is written over in place. Durable after `sync`."""

    def write(self, offset: int, data: bytes) -> None:
        """Replaces the bytes there; raises OSError having perhaps replaced a part of them."""

    def sync(self) -> None:
        """Returns when every byte written so far would survive a power cut."""

    def close(self) -> None: ...


class Disk(Protocol):
    """Files by path. Every method raises OSError as the operating system does."""

    def read(self, path: Path, offset: int = 0, length: int | None = None) -> bytes:
        """`length` bytes from `offset`, fewer at the end; all of the rest when None."""

    def append(self, path: Path, mode: int = 0o600) -> AppendHandle:
        """Opens for appending; a new file is created with its final `mode`."""

    def patch(self, path: Path) -> PatchHandle:
        """Opens an existing file for writing over what is in it."""

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """The file holds `data` durably when it returns; a power cut before leaves the old or the new."""

    def truncate(self, path: Path, size: int) -> None:
        """Cuts the file and syncs it."""

    def rename(self, source: Path, target: Path) -> None:
        """Moves within a file system, replacing the target; durable after `sync_folder` of both parents."""

    def unlink(self, path: Path) -> None:
        """Removes the file; durable after `sync_folder`."""

    def list(self, folder: Path) -> tuple[str, ...]:
        """Names in the folder, sorted; empty when there is no such folder."""

    def size(self, path: Path) -> int:
        """Length in bytes."""

    def exists(self, path: Path) -> bool: ...

    def free_bytes(self, folder: Path) -> int:
        """What an ordinary process may still write on that file system."""

    def mkdir(self, folder: Path, mode: int = 0o700) -> None:
        """Creates it and its parents when missing, durably. NotADirectoryError: a file stands there."""

    def lock(self, path: Path) -> bool:
        """Takes the file's lock for the life of this process; False when another process has it."""

    def sync_folder(self, folder: Path) -> None:
        """Returns when creations, renames and removals in the folder would survive a power cut."""


class _OsAppendHandle:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _OsPatchHandle:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, offset: int, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            written = _written_at(self._descriptor, rest, offset)
            rest, offset = rest[written:], offset + written

    def sync(self) -> None:
        # Its length does not change: the data alone is what must be safe.
        os.fsync(self._descriptor) if _WINDOWS else os.fdatasync(self._descriptor)

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


class OsDisk:
    """The operating system's files."""

    def read(self, path: Path, offset: int = 0, length: int | None = None) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read() if length is None else file.read(length)

    def append(self, path: Path, mode: int = 0o600) -> AppendHandle:
        return _OsAppendHandle(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _PLAIN, mode))

    def patch(self, path: Path) -> PatchHandle:
        return _OsPatchHandle(os.open(path, os.O_WRONLY | _PLAIN))

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        draft = path.with_name(path.name + ".new")
        with suppress(FileNotFoundError):
            draft.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN
        try:
            with _OsAppendHandle(os.open(draft, flags, mode)) as handle:
                handle.write(data)
                handle.sync()
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                draft.unlink()
            raise
        self.sync_folder(path.parent)

    def truncate(self, path: Path, size: int) -> None:
        with _OsAppendHandle(os.open(path, os.O_WRONLY | _PLAIN)) as handle:
            os.truncate(path, size)
            handle.sync()

    def rename(self, source: Path, target: Path) -> None:
        source.replace(target)

    def unlink(self, path: Path) -> None:
        path.unlink()

    def list(self, folder: Path) -> tuple[str, ...]:
        try:
            return tuple(sorted(entry.name for entry in folder.iterdir()))
        except FileNotFoundError:
            return ()

    def size(self, path: Path) -> int:
        return path.stat().st_size

    def exists(self, path: Path) -> bool:
        return path.exists()

    def free_bytes(self, folder: Path) -> int:
        if _WINDOWS:
            from shutil import disk_usage  # it loads three compressors: not where they are not needed

            return disk_usage(folder).free
        state = os.statvfs(folder)
        return state.f_bavail * state.f_frsize

    def mkdir(self, folder: Path, mode: int = 0o700) -> None:
        if folder.is_dir():
            return
        self.mkdir(folder.parent, 0o755)
        with suppress(FileExistsError):
            folder.mkdir(mode=mode)
        if not folder.is_dir():
            if folder.is_symlink():  # its disk may be back tomorrow: nothing is put in its place
                raise FileNotFoundError(errno.ENOENT, "a link to a folder that is not there", str(folder))
            raise NotADirectoryError(errno.ENOTDIR, "a file stands where a folder should be", str(folder))
        self.sync_folder(folder.parent)

    def lock(self, path: Path) -> bool:
        # The descriptor stays open on purpose: the lock ends with the process, however it ends.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _PLAIN, 0o600)
        if _locked(descriptor):
            return True
        os.close(descriptor)
        return False

    def sync_folder(self, folder: Path) -> None:
        if _WINDOWS:
            return  # NTFS keeps a journal of names, and opens no folder as a file
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | _PLAIN)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _written_at(descriptor: int, data: memoryview, offset: int) -> int:
    if not _WINDOWS:
        return os.pwrite(descriptor, data, offset)
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.write(descriptor, data)


def _locked(descriptor: int) -> bool:
    """False when another process has it. It ends with the process, however it ends."""
    if _WINDOWS:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def own_folder(disk: Disk, folder: Path) -> bool:
    """Makes a folder of the agent's own ready; False when a file stood in its place, which is beside it now.

    Raises OSError as the disk does.
    """
    try:
        disk.mkdir(folder)
    except NotADirectoryError:
        disk.rename(folder, folder.with_name(f"{folder.name}.aside"))
        disk.mkdir(folder)
        return False
    return True
