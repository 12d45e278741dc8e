"""What every command needs: the lab's folder and the parts in it, built in one place."""

import getpass
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lab.bench.bench import Bench
from lab.bench.book import Book
from lab.chance import Chance, SystemChance
from lab.clock import Clock, SystemClock
from lab.disk import Disk, OsDisk
from lab.errors import UsageError
from lab.journal import Journal
from lab.words import say

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", envvar="VIGIA_LAB_DATA", metavar="DIR", help=say("The lab's folder."), show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help=say("For programs."))]


@dataclass(frozen=True, slots=True)
class Desk:
    """`out` is for results, `notes` (standard error) for everything else."""

    data: Path
    disk: Disk
    clock: Clock
    chance: Chance
    journal: Journal
    book: Book
    out: Console
    notes: Console

    @property
    def by(self) -> str:
        """Who is at the bench, as records name them."""
        try:
            return f"{getpass.getuser()}@{socket.gethostname()}"[:255]
        except (KeyError, OSError):
            return f"uid {os.getuid()}@{socket.gethostname()}"[:255]

    def bench(self, name: str) -> Bench:
        """`local`, or a pinned one by `ssh:NAME`. Raises UsageError."""
        if name == "local":
            from lab.bench.local import LocalBench

            return LocalBench()
        kind, _, short = name.partition(":")
        if kind != "ssh" or not short:
            raise UsageError(f"{name[:80]!r} is no bench; write local or ssh:NAME")
        pinned = self.book.all().get(short)
        if pinned is None:
            raise UsageError(
                f"no bench {short!r} is pinned here; `vigia-lab bench add {short} USER@HOST --key F` does it"
            )
        from lab.bench.ssh import SshBench

        return SshBench(pinned, self.clock)


def desk(data: Path | None) -> Desk:
    """The folder is made when something is first kept in it."""
    folder = data or _home()
    disk = OsDisk()
    return Desk(
        folder, disk, SystemClock(), SystemChance(), Journal(disk, folder), Book(disk, folder),
        Console(highlight=False, markup=False, soft_wrap=True),
        Console(stderr=True, highlight=False, markup=False, soft_wrap=True),
    )  # fmt: skip


def _home() -> Path:
    given = os.environ.get("XDG_DATA_HOME")
    return (Path(given) if given else Path.home() / ".local" / "share") / "vigia-lab"


def read_file(path: Path, limit_bytes: int, what: str) -> bytes:
    """A file that a person named. Raises UsageError."""
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except OSError as error:
        raise UsageError(f"{what} {path} cannot be read: {error.strerror}") from None
    if len(data) > limit_bytes:
        raise UsageError(f"{what} {path} has more than {limit_bytes} bytes")
    return data
