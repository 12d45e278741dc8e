"""The machine's own record of what others did here: append-only, fsynced, hash-chained, for the customer.

A line is written before its act; where it cannot be written, the act is refused (trust.md, Local audit).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from agent.clock import Clock
from agent.disk import Disk
from agent.errors import AgentError

FIRST = "0" * 64
TEXT_MAX = 500


class AuditUnwritable(AgentError):
    """The line is not on the disk: what it announces must not be done."""


@dataclass(frozen=True, slots=True)
class Line:
    """`fault` is why it cannot be believed, empty when it can. An unreadable line has number 0."""

    number: int
    at: str
    act: str
    facts: Mapping[str, str]
    fault: str = ""


class Audit:
    """`<data>/audit.log`. One writer, the running agent; anybody with the right to may read."""

    def __init__(self, disk: Disk, data: Path, clock: Clock) -> None:
        self._disk, self._clock = disk, clock
        self._folder = data
        self._path = data / "audit.log"
        self._last: tuple[int, str] | None = None
        self._turn = Lock()

    def write(self, act: str, **facts: object) -> None:
        """Durable when it returns. Raises AuditUnwritable. Blocking; from any thread, one line at a time."""
        with self._turn:
            self._write(act, facts)

    def _write(self, act: str, facts: Mapping[str, object]) -> None:
        try:
            number, previous = self._last or self._end()
            told = {name: _short(str(value)) for name, value in facts.items()}
            body = _body(number + 1, self._clock.now(), act, told, previous)
            digest = hashlib.sha256(body).hexdigest()
            line = json.dumps({**json.loads(body), "hash": digest}, ensure_ascii=False).encode() + b"\n"
            self._append(line)
        except (OSError, ValueError) as error:
            self._last = None
            raise AuditUnwritable(f"{self._path} cannot be written: {error}") from error
        self._last = (number + 1, digest)

    def lines(self) -> Iterator[Line]:
        """Everything, oldest first, each checked against the one before it. Raises OSError."""
        previous, number = FIRST, 0
        for raw in self._read().split(b"\n"):
            if not raw:
                continue
            line, digest = _checked(raw, previous, number)
            previous, number = (digest, line.number) if digest else (previous, number)
            yield line

    def _append(self, line: bytes) -> None:
        is_new = not self._disk.exists(self._path)
        torn = not is_new and not self._read_end(1).endswith(b"\n") and self._disk.size(self._path) > 0
        with self._disk.append(self._path, 0o640) as handle:
            # Half a line of a power cut stays what it is; ours begins on a line of its own.
            handle.write(b"\n" + line if torn else line)
            handle.sync()
        if is_new:
            self._disk.sync_folder(self._folder)

    def _end(self) -> tuple[int, str]:
        """Number and hash of the last whole line."""
        last = (0, FIRST)
        for raw in self._read().split(b"\n"):
            held = _held(raw)
            if held is not None:
                last = (int(held["n"]), str(held["hash"]))
        return last

    def _read(self) -> bytes:
        try:
            return self._disk.read(self._path)
        except FileNotFoundError:
            return b""

    def _read_end(self, count: int) -> bytes:
        return self._disk.read(self._path, max(0, self._disk.size(self._path) - count))


def _body(number: int, at: datetime, act: str, facts: Mapping[str, str], previous: str) -> bytes:
    stated = {"n": number, "at": _instant(at), "act": act, "facts": dict(facts), "previous": previous}
    return json.dumps(stated, ensure_ascii=False, sort_keys=True).encode()


def _held(raw: bytes) -> dict[str, Any] | None:
    try:
        held = json.loads(raw)
        return held if isinstance(held, dict) and {"n", "at", "act", "facts", "hash"} <= held.keys() else None
    except ValueError:
        return None


def _checked(raw: bytes, previous: str, number: int) -> tuple[Line, str]:
    """The line, and its hash when it can be read."""
    held = _held(raw)
    if held is None:
        return Line(0, "", "", {}, "cannot be read: cut short by a power failure, or changed"), ""
    digest = str(held.pop("hash"))
    body = json.dumps(held, ensure_ascii=False, sort_keys=True).encode()
    fault = ""
    if hashlib.sha256(body).hexdigest() != digest:
        fault = "was changed after it was written"
    elif held.get("previous") != previous or held["n"] != number + 1:
        fault = "does not follow the line before it: lines are missing or were changed"
    facts = held["facts"]
    told = {str(name): str(value) for name, value in facts.items()} if isinstance(facts, dict) else {}
    count = held["n"] if isinstance(held["n"], int) else 0
    return Line(count, str(held["at"]), str(held["act"]), told, fault), digest


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _short(text: str) -> str:
    return text.encode("utf-8", "replace").decode()[:TEXT_MAX]
