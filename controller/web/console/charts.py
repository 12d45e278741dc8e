"""A machine's numbers as charts, bars and marks: which series are shown, and how they are called."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.fleet.series.packing import Series, Snapshot
from controller.words import formats
from controller.words.catalogue import Translator

SPAN = timedelta(hours=1)
EVERY = timedelta(seconds=10)
# Longer than this without a value is a hole in the line, not a bridge over what nobody saw.
HOLE_S = 60.0
DISK, NETWORK = "disk.io.direction", "network.io.direction"
INTERFACE, MOUNTPOINT, WATCH = "network.interface.name", "system.filesystem.mountpoint", "vigia.watch.name"
NAMES = ("vigia.cpu.busy", "vigia.memory.available", "vigia.disk.io_rate", "vigia.network.io_rate")


@dataclass(frozen=True, slots=True)
class Line:
    label: str
    values: list[float | None]


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind`: ratio (0..1) or rate (By/s). `times` are seconds since 1970, ascending; a hole is None."""

    name: str
    label: str
    kind: str
    latest: str
    times: list[float]
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Volume:
    """A filesystem's bar: `permille` of it is used."""

    name: str
    text: str
    permille: int
    tone: str


@dataclass(frozen=True, slots=True)
class Watch:
    name: str
    state: str
    tone: str


def charts(series: Sequence[Series], words: Translator, now: datetime) -> tuple[Chart, ...]:
    """Always the four, with or without data."""
    _ = words._
    busy = _sum(series, "vigia.cpu.busy")
    used = {at: 1.0 - value for at, value in _sum(series, "vigia.memory.available").items()}
    return (
        _chart("cpu", _("Processor"), "ratio", [(_("busy"), busy)], words, now),
        _chart("memory", _("Memory"), "ratio", [(_("in use"), used)], words, now),
        _chart("disk", _("Disks"), "rate", [
            (_("read"), _sum(series, "vigia.disk.io_rate", DISK, "read")),
            (_("written"), _sum(series, "vigia.disk.io_rate", DISK, "write")),
        ], words, now),
        _chart("network", _("Network"), "rate", [
            (_("received"), _sum(series, "vigia.network.io_rate", NETWORK, "receive")),
            (_("sent"), _sum(series, "vigia.network.io_rate", NETWORK, "transmit")),
        ], words, now),
    )  # fmt: skip


def volumes(snapshot: Snapshot | None, words: Translator) -> tuple[Volume, ...]:
    """Each filesystem of the latest snapshot, the fullest first."""
    if snapshot is None:
        return ()
    used: dict[str, float] = {}
    free: dict[str, float] = {}
    for channel, value in zip(snapshot.layout.channels, snapshot.values, strict=False):
        if channel.name != "system.filesystem.usage" or value != value:
            continue
        kept = used if channel.attributes.get("system.filesystem.state") == "used" else free
        kept[channel.attributes.get(MOUNTPOINT, "")] = max(0.0, value)
    found = []
    for name in used.keys() & free.keys():
        total = used[name] + free[name]
        share = used[name] / total if total else 1.0
        text = words._("{free} free of {total}", free=formats.size(free[name], words.language),
                       total=formats.size(total, words.language))  # fmt: skip
        tone = "late" if share > 0.97 else "soon" if share > 0.9 else "calm"
        found.append(Volume(name, text, round(share * 1000), tone))
    return tuple(sorted(found, key=lambda one: (-one.permille, one.name)))


def watches(names: Iterable[str], snapshot: Snapshot | None, words: Translator) -> tuple[Watch, ...]:
    """What the contract watches here; a watch without a value is unknown, never good."""
    up: dict[str, float] = {}
    if snapshot is not None:
        for channel, value in zip(snapshot.layout.channels, snapshot.values, strict=False):
            if channel.name == "vigia.watch.up" and value == value:
                up[channel.attributes.get(WATCH, "")] = value
    found = []
    for name in names:
        if name not in up:
            found.append(Watch(name, words._("Unknown"), "soon"))
        elif up[name] >= 1:
            found.append(Watch(name, words._("Answers"), "done"))
        else:
            found.append(Watch(name, words._("Does not answer"), "late"))
    return tuple(found)


def _sum(series: Sequence[Series], name: str, key: str = "", value: str = "") -> dict[datetime, float]:
    """All objects of that name together (disks, interfaces), the loopback left out."""
    found: dict[datetime, float] = {}
    for one in series:
        if one.name != name or (key and one.attributes.get(key) != value):
            continue
        if one.attributes.get(INTERFACE) == "lo":
            continue
        for at, amount in one.points:
            found[at] = found.get(at, 0.0) + amount
    return found


def _chart(
    name: str, label: str, kind: str, lines: list[tuple[str, dict[datetime, float]]], words: Translator,
    now: datetime,
) -> Chart:  # fmt: skip
    instants = sorted({at for _, points in lines for at in points})
    times: list[float] = []
    for at in instants:
        second = at.timestamp()
        if times and second - times[-1] > HOLE_S:
            times.append((times[-1] + second) / 2)
        times.append(second)
    by_second = [{at.timestamp(): value for at, value in points.items()} for _, points in lines]
    made = [
        Line(label_, [points.get(second) for second in times])
        for (label_, _), points in zip(lines, by_second, strict=True)
    ]
    fresh = bool(instants) and (now - instants[-1]).total_seconds() <= HOLE_S * 2
    latest = [line.values[-1] for line in made if line.values] if fresh else []
    return Chart(name, label, kind, _latest(latest, kind, words), times, made)


def _latest(values: Sequence[float | None], kind: str, words: Translator) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return words._("no data")
    if kind == "ratio":
        return formats.ratio(known[0], words.language)
    return f"{formats.size(sum(known), words.language)}/s"
