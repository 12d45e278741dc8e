"""Bounded reading of what the kernel tells in files: /proc, /sys, and the log of logins."""

import os
from dataclasses import dataclass

from agent.errors import AgentError

TEXT_LIMIT_BYTES = 1024 * 1024
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PIECE_BYTES = 32 * 1024  # most of these files are smaller: a larger buffer would be made for nothing


class Unreadable(AgentError):
    """A file that could not be read whole; `path` and the reason are in the text."""


@dataclass(frozen=True, slots=True)
class Roots:
    """Where the kernel's files are. A test gives folders of its own."""

    proc: str = "/proc"
    sys: str = "/sys"
    log: str = "/var/log"
    dev: str = "/dev"


MACHINE = Roots()


def text(path: str, limit_bytes: int = TEXT_LIMIT_BYTES) -> str:
    """The file's text. Raises Unreadable when it is missing, refuses, or is larger than the limit.

    May hang when the kernel does: the schedule's time limit is what guards against that.
    """
    try:
        # Not Path.read_text: that would read a flood whole before anybody could count it.
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            data = os.read(handle, PIECE_BYTES)
            while data and len(data) <= limit_bytes and (more := os.read(handle, PIECE_BYTES)):
                data += more
        finally:
            os.close(handle)
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from None
    if len(data) > limit_bytes:
        raise Unreadable(f"{path}: more than {limit_bytes} bytes")
    return data.decode("utf-8", "surrogateescape")


def word(path: str) -> str | None:
    """The file's one line without its line end, or None: for facts of /sys that many drivers lack."""
    try:
        return text(path, 4096).strip()
    except Unreadable:
        return None


def names(path: str) -> list[str]:
    """The folder's entries, sorted. Raises Unreadable."""
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror or error}") from None
