"""A disk in memory that forgets at a power cut whatever was not synced: contents, names, torn writes.

`power_cut_at` makes the nth change raise PowerCut; `crash` then decides, by a function it is given, how much
of every unsynced write and which unsynced names survive. What was synced always does.
"""

import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

Choose = Callable[[int], int]


class PowerCut(BaseException):
    """The machine is off. Not an Exception, so that no code under test survives its own death."""


@dataclass
class _File:
    durable: bytes = b""
    data: bytearray = field(default_factory=bytearray)
    patches: list[tuple[int, bytes]] = field(default_factory=list)


class ForgetfulDisk:
    """Implements agent.disk.Disk. `capacity_bytes` bounds all contents together (ENOSPC beyond)."""

    def __init__(self, capacity_bytes: int | None = None) -> None:
        self.capacity_bytes = capacity_bytes
        self.power_cut_at: int | None = None
        self.changes = 0
        self.crashes = 0
        self._names: dict[Path, _File] = {}
        self._durable_names: dict[Path, _File] = {}
        self._folders: set[Path] = set()

    def crash(self, choose: Choose) -> None:
        """Power fails. `choose(n)` picks 0..n: how much unsynced, or whether a name, survives."""
        self.crashes += 1
        kept = dict(self._durable_names)
        for path in sorted(self._names.keys() | self._durable_names.keys()):
            now, then = self._names.get(path), self._durable_names.get(path)
            if now is not then and choose(1):
                if now is None:
                    kept.pop(path, None)
                else:
                    kept[path] = now
        for file in {id(file): file for file in kept.values()}.values():
            file.data = bytearray(self._survivor(file, choose))
            file.durable = bytes(file.data)
        self._names, self._durable_names = dict(kept), dict(kept)
        self.power_cut_at = None

    @staticmethod
    def _survivor(file: _File, choose: Choose) -> bytes:
        data, durable = bytes(file.data), file.durable
        if file.patches:
            return _patched(file, choose)
        if not data.startswith(durable):
            return data if choose(1) else durable
        fresh = data[len(durable) :]
        kept = choose(len(fresh))
        # A grown file whose last blocks never reached the platter reads as zeros there.
        zeros = choose(len(fresh) - kept) if choose(1) else 0
        return durable + fresh[:kept] + bytes(zeros)

    def flip(self, path: Path, bit: int) -> None:
        """One bit of a durable file turns over."""
        file = self._names[path]
        file.data[bit // 8] ^= 1 << (bit % 8)
        file.durable = bytes(file.data)

    def cut(self, path: Path, size: int) -> None:
        """The end of a durable file is lost."""
        file = self._names[path]
        del file.data[size:]
        file.durable = bytes(file.data)

    # -- agent.disk.Disk -------------------------------------------------------------------------------

    def read(self, path: Path, offset: int = 0, length: int | None = None) -> bytes:
        data = self._file(path).data
        return bytes(data[offset:] if length is None else data[offset : offset + length])

    def append(self, path: Path, mode: int = 0o600) -> "_Handle":
        self._need_folder(path)
        if path not in self._names:
            self.change()
            self._names[path] = _File()
        return _Handle(self, self._names[path])

    def patch(self, path: Path) -> "_Patch":
        return _Patch(self, self._file(path))

    def replace(self, path: Path, data: bytes, mode: int = 0o600) -> None:
        self._need_folder(path)
        draft = path.with_name(path.name + ".new")
        self.change()
        self._names[draft] = _File()
        handle = _Handle(self, self._names[draft])
        try:
            handle.write(data)
        except OSError:
            del self._names[draft]
            raise
        handle.sync()
        self.rename(draft, path)
        self.sync_folder(path.parent)

    def truncate(self, path: Path, size: int) -> None:
        file = self._file(path)
        self.change()
        del file.data[size:]
        file.durable = bytes(file.data)

    def rename(self, source: Path, target: Path) -> None:
        file = self._file(source)
        self.change()
        self._names[target] = file
        del self._names[source]

    def unlink(self, path: Path) -> None:
        self._file(path)
        self.change()
        del self._names[path]

    def list(self, folder: Path) -> tuple[str, ...]:
        return tuple(sorted(path.name for path in self._names if path.parent == folder))

    def size(self, path: Path) -> int:
        return len(self._file(path).data)

    def exists(self, path: Path) -> bool:
        return path in self._names or path in self._folders

    def free_bytes(self, folder: Path) -> int:
        if self.capacity_bytes is None:
            return 2**40
        return self.capacity_bytes - sum(len(file.data) for file in self._names.values())

    def mkdir(self, folder: Path, mode: int = 0o700) -> None:
        self._folders.update((folder, *folder.parents))

    def lock(self, path: Path) -> bool:
        return True

    def sync_folder(self, folder: Path) -> None:
        self.change()
        for path in [path for path in self._durable_names if path.parent == folder]:
            if path not in self._names:
                del self._durable_names[path]
        for path, file in self._names.items():
            if path.parent == folder:
                self._durable_names[path] = file

    def change(self) -> None:
        """Counts one step at which the power may fail."""
        self.changes += 1
        if self.power_cut_at is not None and self.changes >= self.power_cut_at:
            raise PowerCut

    def _file(self, path: Path) -> _File:
        try:
            return self._names[path]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, "no such file", str(path)) from None

    def _need_folder(self, path: Path) -> None:
        if path.parent not in self._folders:
            raise FileNotFoundError(errno.ENOENT, "no such folder", str(path.parent))


def _patched(file: _File, choose: Choose) -> bytes:
    """Of what was written over, every piece may be there whole, in part, or not, whatever came after it."""
    kept = bytearray(file.durable)
    for offset, data in file.patches:
        part = data[: choose(len(data))]
        kept[offset : offset + len(part)] = part
    file.patches.clear()
    return bytes(kept)


class _Patch:
    def __init__(self, disk: ForgetfulDisk, file: _File) -> None:
        self._disk, self._file = disk, file

    def write(self, offset: int, data: bytes) -> None:
        if offset + len(data) > len(self._file.data):
            raise OSError(errno.EINVAL, "it would grow")
        self._file.data[offset : offset + len(data)] = data
        self._file.patches.append((offset, data))
        self._disk.change()

    def sync(self) -> None:
        self._disk.change()
        self._file.patches.clear()
        self._file.durable = bytes(self._file.data)

    def close(self) -> None:
        pass


class _Handle:
    def __init__(self, disk: ForgetfulDisk, file: _File) -> None:
        self._disk = disk
        self._file = file

    def write(self, data: bytes) -> None:
        room = self._disk.free_bytes(Path())
        self._file.data += data[: max(0, room)]
        if len(data) > room:
            raise OSError(errno.ENOSPC, "no space left on device")
        self._disk.change()

    def sync(self) -> None:
        self._disk.change()
        self._file.durable = bytes(self._file.data)

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
