"""One item of a profile: a label, a limit, and one verb that brings the bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agent.diagnostics.item import KIB, Taken
from agent.processes import ProgramMissing, run

COMMAND_S = 6.0
READ_BYTES = 2 * 1024 * KIB


@dataclass(frozen=True, slots=True)
class Piece:
    """`take` may raise or hang: that is a gap, and the next piece's turn after `limit_s`."""

    label: str
    take: Callable[[], Taken]
    cap_bytes: int = 256 * KIB
    limit_s: float = 8.0

    @property
    def collector(self) -> str:
        return self.label.partition("/")[0]


def command(label: str, *argv: str, cap_bytes: int = 256 * KIB) -> Piece:
    """The output of one program, as it is; its words on standard error where it says nothing else."""
    return Piece(label, lambda: ran(argv, cap_bytes), cap_bytes)


def first_of(label: str, *choices: tuple[str, ...], cap_bytes: int = 256 * KIB) -> Piece:
    """Of several programs for one purpose, the first that is installed here."""

    def take() -> Taken:
        for argv in choices[:-1]:
            try:
                return ran(argv, cap_bytes)
            except ProgramMissing:
                continue
        return ran(choices[-1], cap_bytes)

    return Piece(label, take, cap_bytes, limit_s=8.0 * len(choices))


def file(label: str, path: str, cap_bytes: int = 256 * KIB) -> Piece:
    def take() -> Taken:
        with Path(path).open("rb") as opened:
            data = opened.read(READ_BYTES + 1)
        return Taken(path, data[:READ_BYTES], truncated=len(data) > READ_BYTES)

    return Piece(label, take, cap_bytes)


def ran(argv: tuple[str, ...], cap_bytes: int) -> Taken:
    """Raises ProgramMissing."""
    # In our own group: whoever kills this child kills what it started too.
    said = run(argv, COMMAND_S, 4 * cap_bytes, own_group=False)
    data = said.stdout or said.stderr
    return Taken(" ".join(argv), data, said.returncode, said.truncated, said.timed_out)
