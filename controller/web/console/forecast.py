"""The next hours as a picture and in words: what falls due, what is likely missed, what would save most."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.core.errors import Invalid
from controller.reports.forecast.reading import HOURS_USUAL, hours_of
from controller.reports.forecast.work import LEVELS, Chance
from controller.web.fault import Fault, fault
from controller.web.forecast import Told, told
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff
from controller.words import forecast as says
from controller.words import formats
from controller.words.catalogue import Translator

router = APIRouter()
PLOT_WIDTH, PLOT_HEIGHT = 640, 130
SPANS = (4, 8, 12, 24)
_MOST_LABELS = 12
# From the ground up: what is lost already carries the rest.
_STACK = (Chance.MISSED, Chance.LIKELY_MISSED, Chance.AT_RISK, Chance.SAFE)
_PRESSING = (Chance.LIKELY_MISSED.value, Chance.AT_RISK.value)
_TONES = {Chance.MISSED: "lost", Chance.LIKELY_MISSED: "late", Chance.AT_RISK: "soon", Chance.SAFE: "calm"}


@dataclass(frozen=True, slots=True)
class Part:
    tone: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """An hour. In the drawing's own units; `title` says it in words, `label` is "" where there is no room."""

    x: float
    width: float
    middle: float
    parts: tuple[Part, ...]
    label: str
    count: str
    people: str
    title: str


@dataclass(frozen=True, slots=True)
class Line:
    """An hour in the table beside the picture."""

    hour: str
    counts: tuple[int, ...]
    work: str
    people: str
    tight: bool


@router.get("/forecast")
async def forecast_page(request: Request, reader: Staff, context: Here, hours: str = "") -> Response:
    """Plain GET fields; what is no number of hours is said so, beside the usual eight."""
    words, faults = reader.words, None
    try:
        ahead = hours_of(hours)
    except Invalid as error:
        faults, ahead = fault(words, error), HOURS_USUAL
    async with context.storage.reading() as connection:
        found = await told(connection, context.clock.now(), ahead, words)
    return _shown(request, reader, found, ahead, faults)


def _shown(request: Request, reader: Staff, found: Told, ahead: int, faults: Fault | None) -> Response:
    words = reader.words
    return pages_of(request).shown(
        reader, "forecast", 422 if faults else 200, here="reports", topics="incidents", every=60,
        found=found, faults=faults, ahead=ahead, spans=sorted({*SPANS, ahead}), bars=_bars(found, words),
        lines=_lines(found, words), names=[says.chance(words, chance.value) for chance in _STACK],
        tones=[_TONES[chance] for chance in _STACK],
        pressing=[one for one in found.promises if one.chance in _PRESSING],
        missed=[one for one in found.promises if one.chance == Chance.MISSED.value],
        safe=[one for one in found.promises if one.chance == Chance.SAFE.value],
        savings=[said for _, said in found.savings],
    )  # fmt: skip


def _bars(found: Told, words: Translator) -> tuple[Bar, ...]:
    most = max((sum(hour.chances.values()) for hour in found.by_hour), default=0) or 1
    step = PLOT_WIDTH / max(1, len(found.by_hour))
    every = -(-len(found.by_hour) // _MOST_LABELS)
    made = []
    for place, hour in enumerate(found.by_hour):
        width = min(step * 0.66, 52.0)
        middle, ground = (place + 0.5) * step, float(PLOT_HEIGHT)
        parts = []
        for chance in _STACK:
            height = PLOT_HEIGHT * hour.chances.get(chance, 0) / most
            ground -= height
            if height:
                parts.append(Part(_TONES[chance], round(ground, 2), round(height, 2)))
        line = _line(found, place, words)
        shown, count = place % every == 0, sum(hour.chances.values())
        said = ", ".join(
            f"{says.chance(words, chance.value)} {number}"
            for chance, number in zip(_STACK, line.counts, strict=True)
            if number
        )
        people = words._("on duty {people}", people=line.people)
        made.append(Bar(
            round(middle - width / 2, 2), round(width, 2), round(middle, 2), tuple(parts),
            line.hour if shown else "", str(count) if count else "",
            str(sum(hour.people.values())) if shown else "",
            f"{line.hour}: {said or words._('nothing falls due')}; {people}",
        ))  # fmt: skip
    return tuple(made)


def _lines(found: Told, words: Translator) -> tuple[Line, ...]:
    return tuple(_line(found, place, words) for place in range(len(found.by_hour)))


def _line(found: Told, place: int, words: Translator) -> Line:
    hour = found.by_hour[place]
    return Line(
        formats.time_of_day(hour.start, words.language, found.zone),
        tuple(hour.chances.get(chance, 0) for chance in _STACK),
        formats.duration(hour.work) if hour.work else "–",
        " / ".join(str(hour.people.get(level, 0)) for level in LEVELS),
        hour.work > hour.hands,
    )
