"""A frozen recording, read back: whatever part of it is damaged, the rest is told."""

import json
from array import array
from dataclasses import dataclass, field

from agent.layouts import Series
from agent.recorder.lines import Line, line_of
from agent.recorder.record import Found, Kind, Record, scan
from agent.recorder.top import Process, top_of


@dataclass(frozen=True, slots=True)
class Moment:
    """Numbers of one instant by column; `boot` says in which run of the machine."""

    at_ms: int
    boot: int
    columns: tuple[Series, ...]
    values: tuple[float, ...]


@dataclass(slots=True)
class Recording:
    """All oldest first. `links`: when the link with the controller came or went, and why.

    `unreadable`: places, or records, that could not be read.
    """

    rows: list[Moment] = field(default_factory=list)
    snapshots: list[Moment] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    tops: list[tuple[int, list[Process]]] = field(default_factory=list)
    links: list[tuple[int, bool, str]] = field(default_factory=list)
    starts_ms: list[int] = field(default_factory=list)
    unreadable: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.rows or self.snapshots or self.lines)


def read(data: bytes) -> Recording:
    """Never raises for what is in the bytes."""
    told = Recording()
    records: list[Record] = []
    for piece in scan(data):
        if isinstance(piece, Found):
            records.append(piece.record)
        else:
            told.unreadable += 1
    records.sort(key=lambda record: record.sequence)
    columns = _columns(records, told)
    for record in records:
        try:
            _take(record, columns, told)
        except (ValueError, IndexError):
            told.unreadable += 1
    return told


def snapshot_layouts(data: bytes) -> list[int]:
    """The ids of the layouts that its snapshots need."""
    ids = {
        int.from_bytes(piece.record.payload[:4], "big")
        for piece in scan(data)
        if isinstance(piece, Found) and piece.record.kind is Kind.SNAPSHOT
    }
    return sorted(ids)


def _columns(records: list[Record], told: Recording) -> dict[int, tuple[Series, ...]]:
    """They are repeated every minute, so that a damaged one costs nothing else."""
    known: dict[int, tuple[Series, ...]] = {}
    for record in records:
        if record.kind is Kind.COLUMNS:
            layout_id = int.from_bytes(record.payload[:4], "big")
            if layout_id in known:
                continue
            try:
                rows = json.loads(record.payload[4:])
                known[layout_id] = tuple(
                    Series(str(name), str(unit), tuple((str(key), str(about)) for key, about in attributes))
                    for name, unit, attributes in rows
                )
            except (ValueError, TypeError):
                told.unreadable += 1
    return known


def _take(record: Record, columns: dict[int, tuple[Series, ...]], told: Recording) -> None:
    match record.kind:
        case Kind.ROW | Kind.SNAPSHOT:
            layout = columns.get(int.from_bytes(record.payload[:4], "big"))
            values = array("f", record.payload[4:])
            if layout is None or len(values) != len(layout):
                raise ValueError("numbers without their columns")
            moment = Moment(record.at_ms, record.boot, layout, tuple(values))
            (told.rows if record.kind is Kind.ROW else told.snapshots).append(moment)
        case Kind.LINE:
            told.lines.append(line_of(record.payload))
        case Kind.TOP:
            told.tops.append((record.at_ms, top_of(record.payload)))
        case Kind.LINK:
            reason = record.payload[1:].decode("utf-8", "replace")
            told.links.append((record.at_ms, bool(record.payload[0]), reason))
        case Kind.BEGIN:
            told.starts_ms.append(record.at_ms)
        case Kind.COLUMNS | Kind.END:
            return
