"""Where the kernel's messages come from: /dev/kmsg, or the journal where that one is not ours to read.

Both know when a message was written, so that an agent that was just started still knows the last day.
"""

import errno
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from agent.collectors.asking import Ask, ProgramMissing, Tool, Unanswered, answer, ask
from agent.collectors.procfs import Unreadable
from agent.rootdoor.asked import opened

RECORDS_MAX = 20_000  # more than the largest usual ring holds
RECORD_BYTES = 8192  # the kernel's own limit
JOURNAL_EVERY_S = 60.0
JOURNAL = Tool(("journalctl",), timeout_s=8.0, limit_bytes=4 * 1024 * 1024)
_KERNEL_FACILITY = 0
_CURSOR = "-- cursor: "
_LINE = re.compile(r"\[ *(\d+\.\d+)\] \S+ kernel: (.*)\Z")


@dataclass(frozen=True, slots=True)
class Message:
    """One line. `at_s` is the kernel's clock: seconds since the boot, sleep left out."""

    at_s: float
    text: str


class Source(Protocol):
    """Blocking. Each call brings what is new; the first one, what is still there."""

    def new(self) -> Sequence[Message]:
        """Raises Unreadable."""


class Kmsg:
    """/dev/kmsg, kept open: a look at a quiet log is one system call. Where it is root's, root opens it.

    What programs write into it is left out: only the kernel can say that a disk fails. `lost` counts how
    often the kernel overwrote what was not yet read.
    """

    def __init__(self, path: str = "/dev/kmsg") -> None:
        self._path = path
        self._descriptor: int | None = None
        self.lost = 0

    def new(self) -> Sequence[Message]:
        found: list[Message] = []
        try:
            if self._descriptor is None:
                self._descriptor = opened(self._path)
            for _ in range(RECORDS_MAX):
                record = self._one(self._descriptor)
                if record is None:
                    break
                message = parse(record)
                if message is not None:
                    found.append(message)
        except OSError as error:
            raise Unreadable(f"{self._path}: {error.strerror or error}") from None
        return found

    def _one(self, descriptor: int) -> bytes | None:
        try:
            return os.read(descriptor, RECORD_BYTES) or None
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno != errno.EPIPE:
                raise
            self.lost += 1
            return b""


class Journal:
    """`journalctl --dmesg`, at most once a minute, from where the last answer ended."""

    def __init__(self, monotonic: Callable[[], float], ask: Ask = ask) -> None:
        self._monotonic, self._ask = monotonic, ask
        self._cursor = ""
        self._asked_at: float | None = None

    def new(self) -> Sequence[Message]:
        now_s = self._monotonic()
        if self._asked_at is not None and now_s - self._asked_at < JOURNAL_EVERY_S:
            return ()
        self._asked_at = now_s
        since = f"--after-cursor={self._cursor}" if self._cursor else "--since=-24h"
        words = ("--dmesg", "--output=short-monotonic", "--no-pager", "--quiet", "--show-cursor", since)
        try:
            told = answer(self._ask, JOURNAL, words)
        except (ProgramMissing, Unanswered) as error:
            raise Unreadable(str(error)) from None
        found = []
        for line in told.splitlines():
            if line.startswith(_CURSOR):
                self._cursor = line.removeprefix(_CURSOR).strip()
            elif match := _LINE.match(line):
                found.append(Message(float(match[1]), match[2]))
        return found


class First:
    """The first source that can be read; which one is found out once, and again when it fails."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._chosen: Source | None = None

    def new(self) -> Sequence[Message]:
        refusals = []
        for source in (self._chosen,) if self._chosen else self._sources:
            try:
                found = source.new()
            except Unreadable as error:
                refusals.append(str(error))
                self._chosen = None
            else:
                self._chosen = source
                return found
        raise Unreadable("; ".join(refusals))


def parse(record: bytes) -> Message | None:
    """One record (Documentation/ABI/testing/dev-kmsg); None when it is not the kernel's own."""
    head, semicolon, rest = record.partition(b";")
    fields = head.split(b",")
    if not semicolon or len(fields) < 3 or not (fields[0].isdigit() and fields[2].isdigit()):
        return None
    if int(fields[0]) >> 3 != _KERNEL_FACILITY:
        return None
    return Message(int(fields[2]) / 1e6, rest.partition(b"\n")[0].decode("utf-8", "replace"))
