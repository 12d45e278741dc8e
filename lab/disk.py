"""The lab's only way to durable files, so that a test can forget what was not synced."""

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self


class AppendHandle(Protocol):
    """A file that only grows. Bytes are durable after `sync`, its name after `Disk.sync_folder`."""

    def write(self, data: bytes) -> None:
        """Appends all of it, or raises OSError having perhaps written a part."""

    def sync(self) -> None:
        """Returns when every byte written so far would survive a power cut."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Disk(Protocol):
    """Files by path. Every method raises OSError as the operating system does."""

    def read(self, path: Path, offset: int = 0, length: int | None = None) -> bytes:
        """`length` bytes from `offset`, fewer at the end; all of the rest when None."""

    def append(self, path: Path, mode: int = 0o600) -> AppendHandle:
        """Opens for appending; a new file is created with its final `mode`."""

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        """The file holds `data` durably when it returns; a power cut before leaves the old or the new."""

    def size(self, path: Path) -> int:
        """Length in bytes."""

    def exists(self, path: Path) -> bool: ...

    def unlink(self, path: Path) -> None: ...

    def mkdir(self, folder: Path, mode: int = 0o700) -> None:
        """Creates it and its parents when missing, durably."""

    def sync_folder(self, folder: Path) -> None:
        """Returns when creations and removals in the folder would survive a power cut."""


class _OsAppendHandle:
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._descriptor, rest) :]

    def sync(self) -> None:
        os.fsync(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._descriptor)


class OsDisk:
    """The operating system's files."""

    def read(self, path: Path, offset: int = 0, length: int | None = None) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read() if length is None else file.read(length)

    def append(self, path: Path, mode: int = 0o600) -> AppendHandle:
        return _OsAppendHandle(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, mode))

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        # Two programs may keep the same content at once: each has a draft of its own.
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with suppress(FileNotFoundError):
            draft.unlink()
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
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

    def size(self, path: Path) -> int:
        return path.stat().st_size

    def exists(self, path: Path) -> bool:
        return path.exists()

    def unlink(self, path: Path) -> None:
        path.unlink()

    def mkdir(self, folder: Path, mode: int = 0o700) -> None:
        if folder.is_dir():
            return
        self.mkdir(folder.parent, 0o755)
        with suppress(FileExistsError):
            folder.mkdir(mode=mode)
        self.sync_folder(folder.parent)

    def sync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
