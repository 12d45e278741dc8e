"""The next weeks of duty as a drawing: a lane for each level, a block for each turn, gaps in red."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from controller.escalation.rota.cover import Cover, Gap, Watch
from controller.escalation.rota.rota import LEVELS
from controller.sla.zones import instant_of
from controller.words import duty, formats
from controller.words.catalogue import Translator

LEFT, WIDTH, TOP, ROW, PAD = 76, 900, 34, 30, 7
"""Units of the drawing: where time begins, how wide it is, where the first lane begins, how high a row is."""
TONES = 5
_LETTER = 7.8
_FEW_DAYS = 7


@dataclass(frozen=True, slots=True)
class Block:
    """`tone`: a person's, 0 to TONES - 1, or "gap"; `label` is "" where there is no room for it."""

    x: float
    y: float
    width: float
    height: float
    tone: str
    label: str
    title: str
    swapped: bool


@dataclass(frozen=True, slots=True)
class Lane:
    level: int
    name: str
    y: float
    height: float
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """`label` is "" where there is no room."""

    x: float
    label: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Picture:
    lanes: tuple[Lane, ...]
    days: tuple[Day, ...]
    width: int
    height: float
    now_x: float
    said: str


def picture(found: Cover, now: datetime, zone: str, words: Translator) -> Picture:
    """Of [found.start, found.end), both local midnights of `zone`."""
    scale = _Scale(found.start, found.end)
    people = sorted({one.login for one in found.watches})
    tones = {login: str(place % TONES) for place, login in enumerate(people)}
    lanes: list[Lane] = []
    y = float(TOP)
    for level in LEVELS:
        missing = [gap for gap in (*found.gaps, *found.unmanned) if gap.level == level]
        rows = _rows(found.at(level))
        height = max(1, len(rows)) * ROW + 2 * PAD
        blocks = [
            _block(scale, group, y + PAD + place * ROW, tones, zone, words)
            for place, row in enumerate(rows)
            for group in row
        ]
        blocks += [_gap(scale, gap, y + PAD, height - 2 * PAD, zone, words) for gap in missing]
        lanes.append(Lane(level, words._("Level {level}", level=level), y, height, tuple(blocks)))
        y += height
    return Picture(
        tuple(lanes), _days(scale, zone, words), LEFT + WIDTH, y, scale.x(now), _said(found, words)
    )


class _Scale:
    def __init__(self, start: datetime, end: datetime) -> None:
        self.start, self.end = start, end

    def x(self, at: datetime) -> float:
        return round(LEFT + WIDTH * ((at - self.start) / (self.end - self.start)), 1)


_Group = tuple[Watch, ...]


def _rows(watches: Iterable[Watch]) -> list[list[_Group]]:
    """Rotas beside each other lie under each other; people put on duty by hand share one block."""
    rows: list[list[_Group]] = []
    by_span = sorted(watches, key=lambda one: (one.start, one.end, one.rota, one.login))
    for _, together in groupby(by_span, key=lambda one: (one.start, one.end, one.rota)):
        group = tuple(together)
        row = next((row for row in rows if row[-1][0].end <= group[0].start), None)
        if row is None:
            rows.append(row := [])
        row.append(group)
    return rows


def _block(
    scale: _Scale, group: _Group, y: float, tones: dict[str, str], zone: str, words: Translator
) -> Block:
    first = group[0]
    name = ", ".join(one.name for one in group)
    x, width = scale.x(first.start), scale.x(first.end) - scale.x(first.start)
    span = _span(first.start, first.end, zone, words)
    tone = tones[first.login] if first.active else "idle"
    title = f"{name}: {span}"
    return Block(
        x, y, max(1.0, round(width - 1.5, 1)), ROW - 4, tone, _fitting(name, width), title,
        first.override is not None,
    )  # fmt: skip


def _gap(scale: _Scale, gap: Gap, y: float, height: float, zone: str, words: Translator) -> Block:
    x, width = scale.x(gap.start), scale.x(gap.end) - scale.x(gap.start)
    nobody = words._("nobody")
    return Block(
        x, y - 3, max(1.5, round(width - 1.5, 1)), height + 2, "gap", _fitting(nobody, width),
        f"{nobody}: {_span(gap.start, gap.end, zone, words)}", False,
    )  # fmt: skip


def _fitting(name: str, width: float) -> str:
    """The whole name, the first of its words, its beginnings, or nothing."""
    beginnings = "".join(word[:1] for word in name.replace(",", " ").split())[:3]
    for wish in (name, name.split()[0].rstrip(",") if name.split() else "", beginnings):
        if len(wish) * _LETTER + 12 <= width:
            return wish
    return ""


def _span(start: datetime, end: datetime, zone: str, words: Translator) -> str:
    return f"{moment(start, zone, words)} – {moment(end, zone, words)}"


def moment(at: datetime, zone: str, words: Translator) -> str:
    """ "Mon 2 Mar, 09:00"."""
    return f"{formats.day(at, words.language, zone)}, {formats.time_of_day(at, words.language, zone)}"


def midnight(day: date, zone: str) -> datetime:
    return instant_of(ZoneInfo(zone), datetime.combine(day, datetime.min.time()))


def _days(scale: _Scale, zone: str, words: Translator) -> tuple[Day, ...]:
    found: list[Day] = []
    day = scale.start.astimezone(ZoneInfo(zone)).date()
    count = round((scale.end - scale.start) / timedelta(days=1))
    while (at := midnight(day, zone)) < scale.end:
        monday = day.weekday() == 0
        label = ""
        if monday or count <= _FEW_DAYS or (not found and count <= 2 * _FEW_DAYS):
            label = formats.day(at + timedelta(hours=12), words.language, zone)
        elif count <= 2 * _FEW_DAYS:
            label = str(day.day)
        found.append(Day(scale.x(at), label, monday))
        day += timedelta(days=1)
    return tuple(found)


def _said(found: Cover, words: Translator) -> str:
    parts = []
    for level in LEVELS:
        count = sum(gap.level == level for gap in (*found.gaps, *found.unmanned))
        name = words._("Level {level}", level=level)
        gaps = words.ngettext("{count} gap", "{count} gaps", count) if count else words._("no gap")
        parts.append(f"{name}: {gaps}")
    return ". ".join(parts) + ". " + words._("The table below says the same in words.")


def in_words(gap: Gap, zone: str, words: Translator) -> str:
    """ "Level 2: nobody from Mon 2 Mar, 18:00 until Tue 3 Mar, 08:00 (the rota names nobody)"."""
    return words._(
        "Level {level}: nobody from {start} until {end} ({why})", level=gap.level,
        start=moment(gap.start, zone, words), end=moment(gap.end, zone, words),
        why=duty.gap(words, gap.reason.value, ", ".join(gap.who)),
    )  # fmt: skip
