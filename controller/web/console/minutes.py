"""The minutes before the fault as an incident's page draws them: small charts, a table, the log beside them.

The charts are SVG made here, so they are there without scripts and in both themes.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.blobs.folder import BlobFolder
from controller.core.errors import VigiaError
from controller.diagnostics import store as diagnostics
from controller.diagnostics.bundle import Bundle
from controller.diagnostics.recording import (
    LOG,
    NUMBERS,
    READ_BYTES,
    SAME_AS,
    LogLine,
    Recording,
    Track,
    log_lines,
    recording,
    same_as,
)
from controller.storage import Connection
from controller.web.console import bundles
from controller.words import formats
from controller.words.catalogue import Translator
from evidence.errors import BundleError
from evidence.reader import Bundle as Opened

WIDTH, HEIGHT = 320, 84
HOLE_S = 16.0
TABLE_EVERY_S = 60
LINES_SHOWN = 80
GRAVE = {"emerg": "late", "alert": "late", "crit": "late", "err": "late", "warning": "soon"}
_Points = list[tuple[float, float | None]]


@dataclass(frozen=True, slots=True)
class Curve:
    """`pieces`: points of one line each, "x,y x,y"; between them nobody knows. `tone` is 1 or 2."""

    label: str
    pieces: tuple[str, ...]
    tone: int
    at_end: str


@dataclass(frozen=True, slots=True)
class Sketch:
    """A chart of WIDTH x HEIGHT: `top` is what its upper edge stands for."""

    name: str
    label: str
    top: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    source: str
    text: str
    tone: str
    after: bool


@dataclass(frozen=True, slots=True)
class Minutes:
    """`fault_x` is None when the fault began before the recording does."""

    began: datetime
    fault: datetime
    span: str
    fault_x: float | None
    starts_x: tuple[float, ...]
    sketches: tuple[Sketch, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[datetime, tuple[str, ...]], ...]
    lines: tuple[Line, ...]
    lines_left_out: int
    unreadable: int


async def minutes_of(
    connection: Connection, blobs: BlobFolder, rows: Sequence[Bundle], words: Translator
) -> Minutes | None:
    """From the first bundle of a finding that holds them, or points to the one that does."""
    for row in rows:
        if row.finding_id is None:
            continue
        held = await _held(blobs, row)
        if SAME_AS in held and NUMBERS not in held:
            first = same_as(held[SAME_AS].decode("utf-8", "replace"))
            others = await diagnostics.bundles_of_finding(connection, first) if first else ()
            theirs = next((one for one in others if one.machine_id == row.machine_id), None)
            held = await _held(blobs, theirs) if theirs else {}
        found = recording(held.get(NUMBERS, b""))
        if found is not None:
            return shown(found, log_lines(held.get(LOG, b"").decode("utf-8", "replace")), words)
    return None


def shown(found: Recording, lines: Sequence[LogLine], words: Translator) -> Minutes:
    """Pure: the recording as the page needs it."""
    length_s = found.length_s
    fault_x = _x(found.fault_s, length_s) if found.fault_s >= 0 else None
    drawn = _charts(found, words)
    headings = tuple(f"{chart}: {label}" for chart, curves, _ in drawn for label, _ in curves)
    instants = range(0, int(length_s) + 1, TABLE_EVERY_S)
    rows = tuple(
        (
            found.began + timedelta(seconds=at),
            tuple(say(_near(points, at), words) for _, curves, say in drawn for _, points in curves),
        )
        for at in instants
    )
    kept = [line for line in lines if line.at >= found.began][-LINES_SHOWN:]
    return Minutes(
        began=found.began,
        fault=found.fault,
        span=formats.duration(length_s),
        fault_x=fault_x,
        starts_x=tuple(_x(at, length_s) for at in found.starts_s if 0 < at <= length_s),
        sketches=tuple(
            _sketch(number, label, curves, say, length_s, words)
            for number, (label, curves, say) in enumerate(drawn)
        ),
        headings=headings,
        rows=rows,
        lines=tuple(
            Line(one.at, one.source, one.text, GRAVE.get(one.priority, ""), one.at >= found.fault)
            for one in kept
        ),
        lines_left_out=len(lines) - len(kept),
        unreadable=found.unreadable,
    )


_Say = Callable[[float | None, Translator], str]
_Chart = tuple[str, list[tuple[str, _Points]], _Say]


def _charts(found: Recording, words: Translator) -> list[_Chart]:
    """What is drawn, in this order; a chart of which nothing is known is left out."""
    _, tracks = words._, found.tracks
    charts: list[_Chart] = [
        (_("Processor"), [(_("busy"), _one(tracks, "vigia.cpu.busy")),
                          (_("waiting for disks"), _one(tracks, "vigia.cpu.iowait"))], _ratio),
        (_("Memory"), [(_("in use"), _rest(_one(tracks, "vigia.memory.available"))),
                       (_("swap"), _one(tracks, "system.paging.utilization"))], _ratio),
        (_("Busiest disk"), [(_("busy"), _most(tracks, "vigia.disk.busy"))], _ratio),
        (_("Disks"), [(_("read"), _sum(tracks, "vigia.disk.io_rate", "read")),
                      (_("written"), _sum(tracks, "vigia.disk.io_rate", "write"))], _rate),
        (_("Network"), [(_("received"), _sum(tracks, "vigia.network.io_rate", "receive")),
                        (_("sent"), _sum(tracks, "vigia.network.io_rate", "transmit"))], _rate),
        *_about(found.about),
    ]  # fmt: skip
    known = [
        (label, [curve for curve in curves if any(value is not None for _, value in curve[1])], say)
        for label, curves, say in charts
    ]
    return [chart for chart in known if chart[1]]


def _about(tracks: Iterable[Track]) -> list[_Chart]:
    """What the collectors measured of the finding's object, under the name it has there; two charts of it."""
    by_name: dict[str, list[Track]] = {}
    for track in tracks:
        by_name.setdefault(track.name, []).append(track)
    charts: list[_Chart] = []
    for name, some in list(by_name.items())[:2]:
        curves = [(_told_apart(track, some), list(track.points)) for track in some[:2]]
        say: _Say = {"By": _size, "By/s": _rate}.get(some[0].unit, _plain)
        charts.append((name, curves, say))
    return charts


def _told_apart(track: Track, among: Sequence[Track]) -> str:
    differing = [
        about
        for key, about in track.attributes.items()
        if len({other.attributes.get(key) for other in among}) > 1
    ]
    return ", ".join(differing) or ", ".join(list(track.attributes.values())[:1])


def _sketch(
    number: int, label: str, curves: list[tuple[str, _Points]], say: _Say, length_s: float, words: Translator
) -> Sketch:
    highest = max((value for _, points in curves for _, value in points if value is not None), default=0.0)
    top = 1.0 if say is _ratio else highest * 1.1 or 1.0
    drawn = tuple(
        Curve(name, _pieces(points, length_s, top), place, say(_last(points), words))
        for place, (name, points) in enumerate(curves, 1)
    )
    return Sketch(f"minutes-{number}", label, say(top if say is _ratio else highest, words), drawn)


def _pieces(points: _Points, length_s: float, top: float) -> tuple[str, ...]:
    pieces: list[list[str]] = [[]]
    before: float | None = None
    for at, value in points:
        if value is None or (before is not None and at - before > HOLE_S):
            pieces.append([])
        if value is not None:
            share = min(1.0, max(0.0, value / top))
            pieces[-1].append(f"{_x(at, length_s):g},{round(HEIGHT - 2 - share * (HEIGHT - 4), 1):g}")
            before = at
    return tuple(" ".join(piece if len(piece) > 1 else piece * 2) for piece in pieces if piece)


def _x(at: float, length_s: float) -> float:
    return round(min(1.0, max(0.0, at / length_s)) * WIDTH, 1)


def _one(tracks: Iterable[Track], name: str) -> _Points:
    return next((list(track.points) for track in tracks if track.name == name), [])


def _rest(points: _Points) -> _Points:
    return [(at, None if value is None else 1.0 - value) for at, value in points]


def _sum(tracks: Iterable[Track], name: str, way: str) -> _Points:
    return _together([one for one in tracks if one.name == name and way in one.attributes.values()], sum)


def _most(tracks: Iterable[Track], name: str) -> _Points:
    return _together([one for one in tracks if one.name == name], max)


def _together(tracks: Sequence[Track], how: Callable[[list[float]], float]) -> _Points:
    """All of them at each instant; unknown when none of them is known."""
    columns = zip(*(track.points for track in tracks), strict=False)
    joined: _Points = []
    for column in columns:
        known = [value for _, value in column if value is not None]
        joined.append((column[0][0], how(known) if known else None))
    return joined


def _near(points: _Points, at: float) -> float | None:
    near = [(abs(when - at), value) for when, value in points if abs(when - at) <= HOLE_S]
    return min(near, key=lambda one: one[0])[1] if near else None


def _last(points: _Points) -> float | None:
    return next((value for _, value in reversed(points) if value is not None), None)


def _ratio(value: float | None, words: Translator) -> str:
    return "–" if value is None else formats.ratio(value, words.language)


def _rate(value: float | None, words: Translator) -> str:
    return "–" if value is None else f"{formats.size(value, words.language)}/s"


def _size(value: float | None, words: Translator) -> str:
    return "–" if value is None else formats.size(value, words.language)


def _plain(value: float | None, words: Translator) -> str:
    return "–" if value is None else formats.number(value, words.language)


async def _held(blobs: BlobFolder, row: Bundle) -> dict[str, bytes]:
    """The recorder's items of a bundle; none when it cannot be read."""
    try:
        async with bundles.opened(blobs, row) as opened:
            return await asyncio.to_thread(_items, opened)
    except (BundleError, VigiaError):
        return {}


def _items(opened: Opened) -> dict[str, bytes]:
    return {
        label: opened.read(label)
        for label in (NUMBERS, LOG, SAME_AS)
        if label in opened.labels and opened.size(label) <= READ_BYTES
    }
