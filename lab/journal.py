"""The lab's memory: an append-only file of what was tried, and a shelf of the files that belong to it.

Each line is a checksum and a JSON value, fsynced before the call returns. A line torn by a power cut, or
bitten by a disk, costs itself alone: it is counted, and everything else is read.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from lab.attempt import Attempt, attempt_from_json, attempt_to_json
from lab.disk import Disk
from lab.errors import JournalBroken

_LINE_MAX = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Run:
    """A recipe's run on a bench: `planned` attempts with those `factors` applied. `key` tells equal ones."""

    id: str
    recipe: str
    recipe_sha256: str
    bench: str
    case: str
    factors: tuple[str, ...]
    planned: int

    @property
    def key(self) -> tuple[object, ...]:
        return self.recipe_sha256, self.bench, self.case, self.factors, self.planned


@dataclass(frozen=True, slots=True)
class Applied:
    """A factor that was put on a bench and not taken off yet."""

    bench: str
    factor: str
    undo: tuple[str, ...]
    timeout_s: float


@dataclass(slots=True)
class Record:
    """The journal as a whole. `handed_in`: attempt id -> the incident that has it; `refused`: -> why not.

    `damaged_lines`: what could not be read.
    """

    runs: dict[str, Run] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    applied: list[Applied] = field(default_factory=list)
    handed_in: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    damaged_lines: int = 0

    def of_run(self, run_id: str) -> list[Attempt]:
        """In the order in which they were made."""
        return [attempt for attempt in self.attempts.values() if attempt.run_id == run_id]

    def unfinished(self, key: tuple[object, ...]) -> Run | None:
        """The latest run like that, if attempts are left."""
        run = next((run for run in reversed(self.runs.values()) if run.key == key), None)
        return run if run is not None and len(self.of_run(run.id)) < run.planned else None

    def waiting(self) -> list[Attempt]:
        """What is not handed in yet."""
        return [attempt for attempt in self.attempts.values() if attempt.id not in self.handed_in]

    def found(self, reference: str) -> list[Attempt]:
        """Attempts whose id, or whose run's id, begins so."""
        return [
            attempt
            for attempt in self.attempts.values()
            if attempt.id.startswith(reference) or attempt.run_id.startswith(reference)
        ]


class Journal:
    """`journal.log` and `files/` in the lab's folder. Two programs may append at once."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._path = folder / "journal.log"
        self._shelf = folder / "files"

    def begin(self, run: Run) -> None:
        self._append("run", {
            "id": run.id, "recipe": run.recipe, "recipe_sha256": run.recipe_sha256, "bench": run.bench,
            "case": run.case, "factors": list(run.factors), "planned": run.planned,
        })  # fmt: skip

    def add(self, attempt: Attempt) -> None:
        """Durable when it returns; its files must be on the shelf already."""
        self._append("attempt", attempt_to_json(attempt))

    def assign(self, attempt_id: str, case: str) -> None:
        """An attempt made without a case belongs to one after all."""
        self._append("case", {"attempt": attempt_id, "case": case})

    def apply(self, applied: Applied) -> None:
        """Written before a factor is put on, so that a crash cannot leave it there unknown."""
        self._append("applied", {
            "bench": applied.bench, "factor": applied.factor, "undo": list(applied.undo),
            "timeout_s": applied.timeout_s,
        })  # fmt: skip

    def undone(self, bench: str, factor: str) -> None:
        self._append("undone", {"bench": bench, "factor": factor})

    def hand_in(self, attempt_id: str, incident: str) -> None:
        self._append("handed_in", {"attempt": attempt_id, "incident": incident})

    def refuse(self, attempt_id: str, reason: str) -> None:
        self._append("refused", {"attempt": attempt_id, "reason": reason})

    def keep(self, data: bytes) -> str:
        """Puts a content on the shelf, durably; its SHA-256 (hex)."""
        digest = sha256(data).hexdigest()
        path = self._shelf / digest
        try:
            if not self._disk.exists(path):
                self._disk.mkdir(self._shelf)
                self._disk.replace(path, data)
        except OSError as error:
            raise JournalBroken(f"{path} cannot be written: {error.strerror or error}") from None
        return digest

    def kept(self, digest: str) -> bytes:
        """Raises JournalBroken when it is gone or was changed."""
        try:
            data = self._disk.read(self._shelf / digest)
        except OSError as error:
            raise JournalBroken(
                f"file {digest[:12]} of the journal cannot be read: {error.strerror}"
            ) from None
        if sha256(data).hexdigest() != digest:
            raise JournalBroken(f"file {digest[:12]} of the journal was changed on the disk")
        return data

    def read(self) -> Record:
        """All of it. What is damaged is left out and counted. Raises JournalBroken."""
        record = Record()
        for table in self._lines(record):
            try:
                _take(record, table)
            except (KeyError, ValueError, TypeError):
                record.damaged_lines += 1
        return record

    def _lines(self, record: Record) -> Iterator[Mapping[str, Any]]:
        try:
            data = self._disk.read(self._path) if self._disk.exists(self._path) else b""
        except OSError as error:
            raise JournalBroken(f"{self._path} cannot be read: {error.strerror or error}") from None
        for line in data.split(b"\n"):
            if not line:
                continue
            table = _unsealed(line)
            if table is None:
                record.damaged_lines += 1
            else:
                yield table

    def _append(self, kind: str, table: Mapping[str, Any]) -> None:
        try:
            is_new = not self._disk.exists(self._path)
            if is_new:
                self._disk.mkdir(self._path.parent)
            torn = not is_new and self._torn()
            with self._disk.append(self._path) as handle:
                # What a power cut left of a line is closed, so that ours begins on its own.
                handle.write(b"\n" * torn + _sealed({"kind": kind, **table}))
                handle.sync()
            if is_new:
                self._disk.sync_folder(self._path.parent)
        except OSError as error:
            raise JournalBroken(f"{self._path} cannot be written: {error.strerror or error}") from None

    def _torn(self) -> bool:
        size = self._disk.size(self._path)
        return size > 0 and self._disk.read(self._path, size - 1, 1) != b"\n"


def _sealed(table: Mapping[str, Any]) -> bytes:
    body = json.dumps(table, separators=(",", ":")).encode()
    if len(body) > _LINE_MAX:
        raise JournalBroken(f"a record has {len(body)} bytes, at most {_LINE_MAX} are written")
    return b"%08x %s\n" % (zlib.crc32(body), body)


def _unsealed(line: bytes) -> Mapping[str, Any] | None:
    if line[8:9] != b" " or b"%08x" % zlib.crc32(line[9:]) != line[:8]:
        return None
    try:
        table = json.loads(line[9:])
    except ValueError:
        return None
    return table if isinstance(table, dict) else None


def _take(record: Record, table: Mapping[str, Any]) -> None:
    """Kinds that a newer lab wrote are passed over."""
    held = dict(table)
    match held.pop("kind"):
        case "run":
            held["factors"] = tuple(held["factors"])
            record.runs[held["id"]] = Run(**held)
        case "attempt":
            attempt = attempt_from_json(held)
            record.attempts.setdefault(attempt.id, attempt)
        case "case":
            attempt = record.attempts[held["attempt"]]
            record.attempts[attempt.id] = replace(attempt, case=held["case"])
            record.refused.pop(attempt.id, None)
        case "applied":
            held["undo"] = tuple(held["undo"])
            record.applied.append(Applied(**held))
        case "undone":
            done = held["bench"], held["factor"]
            record.applied = [one for one in record.applied if (one.bench, one.factor) != done]
        case "handed_in":
            record.handed_in[held["attempt"]] = held["incident"]
            record.refused.pop(held["attempt"], None)
        case "refused":
            record.refused[held["attempt"]] = held["reason"]
