"""What a terminal showed and when: asciicast v2, as players know it, redacted before it is kept.

A line of JSON for the header, then one for each event: `[seconds, "o", text]` for output, "m" for a marker
(here: which step begins). Input is not recorded.
"""

import codecs
import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from evidence.errors import TranscriptUnreadable
from evidence.redact import Redactor

BYTES_MAX = 4 * 1024 * 1024
EVENTS_MAX = 200_000
WIDTH, HEIGHT = 100, 30
_SIDE_MAX = 1_000
OUTPUT, MARKER = "o", "m"


@dataclass(frozen=True, slots=True)
class Event:
    """`at_s`: seconds since the transcript's start, never less than the event's before it."""

    at_s: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """`width` and `height` in characters; `title` is one line, shown escaped."""

    started_at: datetime
    events: tuple[Event, ...]
    title: str = ""
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def text(self) -> str:
        """All output in one piece."""
        return "".join(event.text for event in self.events if event.kind == OUTPUT)


class TranscriptWriter:
    """Takes bytes as they come and makes events of whole characters. Beyond `most_bytes` output is dropped
    and counted, so that a program that babbles cannot fill the disk."""

    def __init__(self, started_at: datetime, title: str = "", most_bytes: int = BYTES_MAX // 2) -> None:
        self._started_at = started_at
        self._title = title
        self._left_bytes = most_bytes
        self._events: list[Event] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.dropped_bytes = 0

    def output(self, at_s: float, data: bytes) -> None:
        """Bytes that a program wrote; may end inside a character."""
        kept = data[: self._left_bytes]
        self._left_bytes -= len(kept)
        self.dropped_bytes += len(data) - len(kept)
        self._add(at_s, self._decoder.decode(kept))

    def mark(self, at_s: float, label: str) -> None:
        """Players offer markers to jump to."""
        self._end_line(at_s)
        self._put(at_s, MARKER, " ".join(label.split()))

    def say(self, at_s: float, line: str) -> None:
        """A line of ours between the programs' (which command begins, how it ended)."""
        self._end_line(at_s)
        self._put(at_s, OUTPUT, f"{' '.join(line.split())}\r\n")

    def _end_line(self, at_s: float) -> None:
        """What was left of a character is shown as unreadable, and the next line begins at the margin."""
        self._add(at_s, self._decoder.decode(b"", True))
        self._decoder.reset()
        last = next((event.text for event in reversed(self._events) if event.kind == OUTPUT), "\n")
        if not last.endswith("\n"):
            self._put(at_s, OUTPUT, "\r\n")

    def finish(self) -> Transcript:
        """What was written so far; the writer may go on."""
        return Transcript(self._started_at, tuple(self._events), self._title)

    def _add(self, at_s: float, text: str) -> None:
        if not text:
            return
        # NUL and the byte order mark show nothing, and would hide a secret from who reads along.
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}").replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")
        # A pipe has bare line ends; a terminal would begin the next line where the last one ended.
        self._put(at_s, OUTPUT, text.replace("\r\n", "\n").replace("\n", "\r\n"))

    def _put(self, at_s: float, kind: str, text: str) -> None:
        if len(self._events) >= EVENTS_MAX:
            self.dropped_bytes += len(text.encode("utf-8", "replace"))
            return
        earliest = self._events[-1].at_s if self._events else 0.0
        self._events.append(Event(max(earliest, at_s), kind, text))


def redacted(transcript: Transcript, redactor: Redactor) -> tuple[Transcript, Mapping[str, int]]:
    """The transcript without its secrets, and the masks set by rule.

    Secrets are looked for in all the output as one text, since a program may write half of one now and half
    a second later; times stay as they were.
    """
    counts: Counter[str] = Counter()
    title = _masked_line(transcript.title, redactor, counts)
    shown = [event for event in transcript.events if event.kind == OUTPUT]
    text = "".join(event.text for event in shown)
    found = redactor.masks("transcript.log", text)
    if found is None:
        note = Event(0.0, OUTPUT, "[withheld: the output cannot be read as text]\r\n")
        return replace(transcript, events=(note,), title=title), {"withheld": 1}
    starts = list(accumulate((len(event.text) for event in shown), initial=0))
    pieces: list[list[str]] = [[] for _ in shown]
    at = 0
    for span, mask in found:
        _spread(text, at, span.start, starts, pieces)
        pieces[_place(starts, span.start)].append(mask)
        counts[span.rule] += 1
        at = span.end
    _spread(text, at, len(text), starts, pieces)
    outputs = iter("".join(parts) for parts in pieces)
    events = tuple(
        replace(event, text=next(outputs))
        if event.kind == OUTPUT
        else replace(event, text=_masked_line(event.text, redactor, counts))
        for event in transcript.events
    )
    kept = tuple(event for event in events if event.text)
    return replace(transcript, events=kept, title=title), dict(sorted(counts.items()))


def _spread(text: str, start: int, end: int, starts: list[int], pieces: list[list[str]]) -> None:
    """Gives `text[start:end]` back to the events that it came from."""
    while start < end:
        place = _place(starts, start)
        until = min(end, starts[place + 1])
        pieces[place].append(text[start:until])
        start = until


def _place(starts: list[int], position: int) -> int:
    """The event that holds the character at `position`; empty events hold none."""
    return bisect_right(starts, position) - 1


def masked_text(text: str, redactor: Redactor) -> str:
    """A short text that goes with a transcript, without what the redactor knows or finds to be secret."""
    return _masked_line(text, redactor, Counter())


def _masked_line(line: str, redactor: Redactor, counts: Counter[str]) -> str:
    found = redactor.masks("transcript.log", line)
    if found is None:
        return "[withheld]"
    for span, mask in reversed(found):
        line = line[: span.start] + mask + line[span.end :]
        counts[span.rule] += 1
    return line


def transcript_to_asciicast(transcript: Transcript) -> bytes:
    """UTF-8, one JSON value a line. `timestamp` is in whole seconds since 1970."""
    header = {
        "version": 2,
        "width": transcript.width,
        "height": transcript.height,
        "timestamp": int(transcript.started_at.timestamp()),
        "title": transcript.title,
    }
    lines = [json.dumps(header, ensure_ascii=False)]
    lines += [
        json.dumps([round(event.at_s, 6), event.kind, event.text], ensure_ascii=False)
        for event in transcript.events
    ]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def transcript_from_asciicast(data: bytes) -> Transcript:
    """Reads asciicast v2 of anybody's making; events of other kinds are left out.

    Raises TranscriptUnreadable naming the line.
    """
    if len(data) > BYTES_MAX:
        raise TranscriptUnreadable(0, f"has {len(data)} bytes, at most {BYTES_MAX} are read")
    lines = data.decode("utf-8", "replace").split("\n")
    header = _value(1, lines[0])
    if not isinstance(header, dict) or header.get("version") != 2:
        raise TranscriptUnreadable(1, "is no header of asciicast version 2")
    events = tuple(_events(lines))
    try:
        started_at = datetime.fromtimestamp(int(header.get("timestamp", 0)), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        raise TranscriptUnreadable(1, "timestamp: must be whole seconds since 1970") from None
    return Transcript(
        started_at,
        events,
        str(header.get("title") or ""),
        _side(header, "width"),
        _side(header, "height"),
    )


def _events(lines: list[str]) -> Iterator[Event]:
    before_s = 0.0
    if len(lines) > EVENTS_MAX + 2:
        raise TranscriptUnreadable(0, f"has {len(lines)} lines, at most {EVENTS_MAX} events are read")
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        match _value(number, line):
            case [int() | float() as at_s, str() as kind, str() as text] if at_s >= before_s:
                before_s = float(at_s)
                if kind in (OUTPUT, MARKER):
                    yield Event(before_s, kind, text)
            case _:
                raise TranscriptUnreadable(number, "is not [seconds that never fall, kind, text]")


def _value(number: int, line: str) -> Any:
    try:
        return json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        raise TranscriptUnreadable(number, "is not JSON") from None


def _side(header: Mapping[str, Any], name: str) -> int:
    value = header.get(name)
    if type(value) is not int or not 1 <= value <= _SIDE_MAX:
        raise TranscriptUnreadable(1, f"{name}: must be a whole number from 1 to {_SIDE_MAX}")
    return value
