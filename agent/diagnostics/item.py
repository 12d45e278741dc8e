"""What one item of the bundle is: a label, a limit, and one verb that brings the bytes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agent.diagnostics.request import Request

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class Taken:
    """What an item brought. `source` is the command as one line, or the path, that the bytes came from."""

    source: str
    data: bytes
    exit_status: int | None = None
    truncated: bool = False
    timed_out: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """One item: `take` may raise or hang. `wanted` says whether the finding calls for it at all.

    `own`: it reads nothing but what the agent itself wrote, so it is waited for while a machine
    in trouble is slow.
    """

    label: str
    cap_bytes: int
    take: Callable[[Request], Taken]
    wanted: Callable[[Request], bool] = lambda _: True
    own: bool = False

    @property
    def collector(self) -> str:
        return self.label.partition(".")[0]


def table(heading: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> bytes:
    """Columns for people; the last one keeps its length."""
    everything = [heading, *rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(heading) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in everything
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
