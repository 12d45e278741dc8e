"""A recording as texts: the minutes as a table, the log, the processes, and the numbers for drawing."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from agent.layouts import Series
from agent.names import DIRECTION_DISK, DIRECTION_NETWORK, INTERFACE
from agent.recorder.recording import Moment, Recording
from agent.signals import Finding

UNKNOWN = "-"
PRIORITIES = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")
ROWS_MAX = 400
ABOUT_MAX = 6
MIB = 1024.0**2
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def minutes(told: Recording, finding: Finding) -> str:
    """One row every 5 s, newest last, with the moments of restart and fault between them."""
    heading = (
        "TIME UTC", "CPU %", "WAIT %", "MEM FREE %", "SWAP %", "LOAD 1m", "DISK BUSY %", "READ MiB/s",
        "WRITE MiB/s", "IN MiB/s", "OUT MiB/s", "NO LINK",
    )  # fmt: skip
    rows = [(moment.at_ms, _row(moment)) for moment in told.rows]
    everything = [heading, *(row for _, row in rows)]
    widths = [max(len(row[column]) for row in everything) for column in range(len(heading))]
    lines = [_told(heading, widths)]
    marks = _marks(told, finding)
    for at_ms, row in rows:
        while marks and marks[0][0] <= at_ms:
            lines.append(marks.pop(0)[1])
        lines.append(_told(row, widths))
    lines += [mark for _, mark in marks]
    if told.unreadable:
        lines.append(f"({told.unreadable} records could not be read)")
    return "\n".join(lines) + "\n"


def log(told: Recording, finding: Finding) -> str:
    """One line each: when, how grave, who, what; the link with the controller among them."""
    lines = [
        (
            line.at_ms,
            f"{_stamp(line.at_ms)}  {PRIORITIES[line.priority]:<7}  {line.source}: {_flat(line.text)}",
        )
        for line in told.lines
    ]
    lines += [
        (
            at_ms,
            f"{_stamp(at_ms)}  notice   vigia-agent: {'connected' if up else 'not connected: ' + _flat(why)}",
        )
        for at_ms, up, why in told.links
    ]
    lines += _marks(told, finding)
    return "".join(f"{text}\n" for _, text in sorted(lines, key=lambda one: one[0]))


def processes(told: Recording) -> str:
    """The busiest and the largest, a table for each minute."""
    parts = []
    for at_ms, top in told.tops:
        parts.append(f"{_stamp(at_ms)}\n{'PID':>8}  {'CPU %':>6}  {'MIB':>9}  NAME")
        parts += [
            f"{one.pid:>8}  {one.cpu_ratio * 100:>6.1f}  {one.memory_bytes / MIB:>9.1f}  {_flat(one.name)}"
            for one in top
        ]
        parts.append("")
    return "\n".join(parts)


def numbers(told: Recording, finding: Finding) -> str:
    """JSON to be drawn: groups of series over common `times`, in seconds from `began`; a hole is null.

    Numbers have five digits at most: enough to draw, and none of them looks like a card's.
    """
    rows = told.rows[-ROWS_MAX:]
    about = [moment for moment in told.snapshots if rows and moment.at_ms >= rows[0].at_ms][-ROWS_MAX:]
    began_ms = min((moment.at_ms for moment in (*rows, *about)), default=0)
    groups = [_group(rows, _columns(rows), began_ms), _group(about, _about(about, finding), began_ms)]
    head = {
        "version": 1,
        "began": _stamp(began_ms),
        "fault": finding.began_at.isoformat(),
        "observed": finding.observed_at.isoformat(),
        "starts": [round((at_ms - began_ms) / 1000) for at_ms in told.starts_ms],
        "unreadable": told.unreadable,
    }
    return json.dumps(head)[:-1] + ', "groups": [' + ",\n".join(groups) + "]}\n"


# -- small print ---------------------------------------------------------------------------------------


def _columns(moments: Sequence[Moment]) -> list[Series]:
    return sorted({column for moment in moments for column in moment.columns})


def _about(moments: Sequence[Moment], finding: Finding) -> list[Series]:
    """What the collectors measured of the very object the finding is about."""
    if not finding.object:
        return []
    found = {
        column
        for layout in {moment.columns for moment in moments}
        for column in layout
        if finding.object in (about for _, about in column.attributes)
        and not column.name.startswith("vigia.collector.")
        and column.unit != "{operation}"
    }
    return sorted(found)[:ABOUT_MAX]


def _group(moments: Sequence[Moment], columns: Iterable[Series], began_ms: int) -> str:
    times = ",".join(str(round((moment.at_ms - began_ms) / 1000)) for moment in moments)
    series = ",\n".join(_series(moments, column) for column in columns)
    return f'{{"times": [{times}], "series": [{series}]}}'


def _series(moments: Sequence[Moment], column: Series) -> str:
    places = {id(moment.columns): _place(moment.columns, column) for moment in moments}
    values = ",".join(_number(moment.values, places[id(moment.columns)]) for moment in moments)
    head = json.dumps({"name": column.name, "unit": column.unit, "attributes": dict(column.attributes)})
    return f'{head[:-1]}, "values": [{values}]}}'


def _place(columns: tuple[Series, ...], column: Series) -> int:
    return columns.index(column) if column in columns else -1


def _number(values: Sequence[float], place: int) -> str:
    value = values[place] if place >= 0 else math.nan
    return f"{value:.5g}" if math.isfinite(value) else "null"


def _row(moment: Moment) -> tuple[str, ...]:
    held = list(zip(moment.columns, moment.values, strict=True))

    def one(name: str, form: Callable[[float], str]) -> str:
        return _shown([value for column, value in held if column.name == name], form)

    def way(name: str, key: str, about: str) -> str:
        known = [value for column, value in held if column.name == name and (key, about) in column.attributes]
        return _shown(known, lambda value: f"{value / MIB:.2f}")

    busy = [value for column, value in held if column.name == "vigia.disk.busy"]
    cut = [
        dict(column.attributes).get(INTERFACE, "?")
        for column, value in held
        if column.name == "vigia.network.carrier" and value == 0
    ]
    return (
        f"{_instant(moment.at_ms):%H:%M:%S}",
        one("vigia.cpu.busy", _percent),
        one("vigia.cpu.iowait", _percent),
        one("vigia.memory.available", _percent),
        one("system.paging.utilization", _percent),
        one("system.cpu.load_average.1m", lambda value: f"{value:.2f}"),
        _shown([max(busy)] if busy else [], _percent),
        way("vigia.disk.io_rate", DIRECTION_DISK, "read"),
        way("vigia.disk.io_rate", DIRECTION_DISK, "write"),
        way("vigia.network.io_rate", DIRECTION_NETWORK, "receive"),
        way("vigia.network.io_rate", DIRECTION_NETWORK, "transmit"),
        ",".join(cut) or UNKNOWN,
    )


def _shown(values: Sequence[float], form: Callable[[float], str]) -> str:
    """All of a name together; unknown when none or one of them is."""
    total = sum(values)
    return form(total) if values and math.isfinite(total) else UNKNOWN


def _told(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))


def _marks(told: Recording, finding: Finding) -> list[tuple[int, str]]:
    fault_ms = round((finding.began_at - _EPOCH) / timedelta(milliseconds=1))
    marks = [(at_ms, f"--- {_stamp(at_ms)} the agent started ---") for at_ms in told.starts_ms]
    marks.append(
        (fault_ms, f"--- {_stamp(fault_ms)} the fault began: {finding.rule} {_flat(finding.object)} ---")
    )
    return sorted(marks)


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"


def _stamp(at_ms: int) -> str:
    return _instant(at_ms).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03d}Z"


def _instant(at_ms: int) -> datetime:
    try:
        return _EPOCH + timedelta(milliseconds=at_ms)
    except OverflowError:
        return _EPOCH


def _flat(text: str) -> str:
    """One line, and nothing that a terminal obeys."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
