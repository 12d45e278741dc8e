"""Log lines as the recorder keeps them, and where they come from: the journal, else the kernel's own log."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

TEXT_MAX_BYTES = 1_000
SOURCE_MAX_BYTES = 80
# What a flood of lines may take of the ring: 720 KiB in a quarter of an hour.
MINUTE_BYTES = 48 * 1024
MINUTE_S = 60.0


@dataclass(frozen=True, slots=True)
class Line:
    """`at_ms`: Unix milliseconds as its log says. `priority` 0 (emergency) .. 7 (debug), as in syslog.
    `source`: a unit, a program, or "kernel"."""

    at_ms: int
    priority: int
    source: str
    text: str


class LogSource(Protocol):
    """Blocking, but never waits for a line."""

    def lines(self, mono_zero_ms: int) -> Iterable[Line]:
        """What was logged since the last call; `mono_zero_ms` is when the monotonic clock began.

        Raises OSError when there is no such log (any more).
        """

    def close(self) -> None: ...


def line_payload(line: Line) -> bytes:
    """Its time, its priority, its source, a NUL, its text."""
    source = line.source.encode("utf-8", "replace")[:SOURCE_MAX_BYTES].replace(b"\0", b"?")
    text = line.text.encode("utf-8", "replace")[:TEXT_MAX_BYTES]
    at_ms = max(0, min(line.at_ms, 2**63 - 1))
    return at_ms.to_bytes(8, "big") + bytes((line.priority & 7,)) + source + b"\0" + text


def line_of(payload: bytes) -> Line:
    """Back again. Raises ValueError."""
    source, nul, text = payload[9:].partition(b"\0")
    if not nul:
        raise ValueError("a log line without its source")
    at_ms = int.from_bytes(payload[:8], "big")
    return Line(at_ms, payload[8], source.decode("utf-8", "replace"), text.decode("utf-8", "replace"))


class Lines:
    """All lines of the first source that works, at most MINUTE_BYTES of them a minute; what came beyond is
    counted in a line of our own."""

    def __init__(self, sources: Iterable[Callable[[], LogSource]]) -> None:
        self._sources = tuple(sources)
        self._source: LogSource | None = None
        self._minute_s = -MINUTE_S
        self._spent_bytes = 0
        self._left_out = 0

    def since(self, now_ms: int, mono_ms: int) -> list[Line]:
        """Never raises: without any log there are no lines."""
        if self._source is None:
            self._open()
        if self._source is None:
            return []
        kept = self._begin_minute(now_ms, mono_ms / 1000)
        try:
            for line in self._source.lines(now_ms - mono_ms):
                if self._fits(line):
                    kept.append(line)
                else:
                    self._left_out += 1
        except (OSError, ValueError):
            self.close()  # tried anew at the next look
        return kept

    def close(self) -> None:
        """Nothing is read until `since` is called again."""
        source, self._source = self._source, None
        if source is not None:
            source.close()

    def _begin_minute(self, now_ms: int, mono_s: float) -> list[Line]:
        """Says in each minute how much of the one before was left out."""
        if mono_s - self._minute_s < MINUTE_S:
            return []
        self._minute_s, self._spent_bytes = mono_s, 0
        left_out, self._left_out = self._left_out, 0
        if not left_out:
            return []
        return [Line(now_ms, 5, "vigia-agent", f"{left_out} more lines were logged and are not kept here")]

    def _fits(self, line: Line) -> bool:
        if self._spent_bytes >= MINUTE_BYTES:
            return False
        self._spent_bytes += len(line_payload(line))
        return True

    def _open(self) -> None:
        for source in self._sources:
            with suppress(OSError, ValueError):
                self._source = source()
                return
