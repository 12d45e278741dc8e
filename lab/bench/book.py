"""The benches a person has pinned: who they are, where, and the one host key that will be believed.

Never added to by itself: there is no trust on first use here (cause.md, The lab).
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from lab.disk import Disk
from lab.errors import LabError, UsageError

NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")
_ADDRESS = re.compile(
    r"(?P<user>[^@\s:/\[\]]{1,64})@(?P<host>\[[0-9A-Fa-f:.%]{2,64}\]|[\w.-]{1,253})(?::(?P<port>\d{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class Pinned:
    """`key_file`: the private key to sign in with. `host_key`: type and base64 as in known_hosts."""

    name: str
    user: str
    host: str
    port: int
    key_file: str
    host_key_type: str
    host_key: str
    fingerprint: str

    @property
    def address(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.user}@{host}:{self.port}"


def address_from(text: str) -> tuple[str, str, int]:
    """User, host and port of `user@host[:port]`. Raises UsageError."""
    found = _ADDRESS.fullmatch(text)
    port = int(found["port"] or 22) if found else 0
    if found is None or not 1 <= port <= 65_535:
        raise UsageError(f"{text[:80]!r} is no address: write it as user@host or user@host:port")
    return found["user"], found["host"].strip("[]"), port


class Book:
    """`benches.json` in the lab's folder. Raises OSError as the disk does."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._path = folder / "benches.json"

    def all(self) -> dict[str, Pinned]:
        """By name. Raises LabError when the file cannot be read."""
        if not self._disk.exists(self._path):
            return {}
        try:
            held: list[Mapping[str, object]] = json.loads(self._disk.read(self._path))
            found = [Pinned(**one) for one in held]  # type: ignore[arg-type]  # checked by use: it is our file
            return {one.name: one for one in sorted(found, key=lambda one: one.name)}
        except (ValueError, TypeError):
            raise LabError(f"{self._path} is damaged; remove it and pin the benches again") from None

    def pin(self, bench: Pinned, *, replace: bool = False) -> None:
        """Raises UsageError for a name that is taken or cannot be one."""
        if not NAME.fullmatch(bench.name):
            raise UsageError("a bench's name has letters, digits, '.', '_' and '-', at most 64")
        held = self.all()
        if bench.name in held and not replace:
            raise UsageError(f"a bench {bench.name!r} is pinned already; add --replace to pin it anew")
        self._save({**held, bench.name: bench})

    def remove(self, name: str) -> None:
        held = self.all()
        if held.pop(name, None) is None:
            raise UsageError(f"no bench is named {name!r}; `vigia-lab benches` lists them")
        self._save(held)

    def _save(self, held: Mapping[str, Pinned]) -> None:
        self._disk.mkdir(self._path.parent)
        data = json.dumps([asdict(one) for one in held.values()], indent=1)
        self._disk.replace(self._path, data.encode() + b"\n")
