"""Pure: rotas and overrides laid out over time. Turns of one rota cover its hours without overlap."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from controller.escalation.rota.rota import Override, Rota
from controller.sla.zones import instant_of

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Turn:
    """`who` (a login) has the duty in [start, end). `rota` is its name, "" for an override's, whose `number`
    is in `override`."""

    start: datetime
    end: datetime
    who: str
    rota: str = ""
    override: int | None = None


def turns(
    rotas: Iterable[Rota], overrides: Iterable[Override], start: datetime, end: datetime
) -> tuple[Turn, ...]:
    """Those of one level in [start, end), in order of time, cut at both ends. An override takes the time of
    every rota; two rotas of a level may run beside each other."""
    taken = _overriding(overrides, start, end)
    found = list(taken)
    for rota in rotas:
        for turn in _of_rota(rota, start, end):
            found += _without(turn, taken)
    return tuple(sorted(found, key=lambda turn: (turn.start, turn.rota, turn.who)))


def at_instant(rotas: Iterable[Rota], overrides: Iterable[Override], at: datetime) -> tuple[str, ...]:
    """Logins on duty then, each once."""
    return tuple(dict.fromkeys(turn.who for turn in turns(rotas, overrides, at, at + _INSTANT)))


def in_order(rotas: Iterable[Rota], at: datetime) -> tuple[str, ...]:
    """Every member, from the one whose turn it is, in the order in which they follow; each once."""
    found: dict[str, None] = {}
    for rota in rotas:
        number = next(_shifts(rota, at, at + _INSTANT))[0]
        size = len(rota.members)
        found.update(dict.fromkeys(rota.members[(number + place) % size] for place in range(size)))
    return tuple(found)


def _of_rota(rota: Rota, start: datetime, end: datetime) -> Iterator[Turn]:
    for number, begins, ends in _shifts(rota, start, end):
        who = rota.members[number % len(rota.members)]
        spans = ((begins, ends),) if rota.hours is None else rota.hours.intervals(begins, ends)
        for since, until in spans:
            yield Turn(since, until, who, rota.name)


def _shifts(rota: Rota, start: datetime, end: datetime) -> Iterator[tuple[int, datetime, datetime]]:
    """(number of the turn, begin, end) cut to [start, end). A hand-over in an hour that clocks skip is at the
    jump, in one they repeat at its first (contract.md T10)."""
    zone = ZoneInfo(rota.zone)

    def hand_over(number: int) -> datetime:
        day = rota.first + timedelta(days=number * rota.every_days)
        return instant_of(zone, datetime.combine(day, rota.hand_over))

    number = (start.astimezone(zone).date() - rota.first).days // rota.every_days - 1
    begins = hand_over(number)
    while begins < end:
        ends = hand_over(number + 1)
        if ends > start and begins < ends:
            yield number, max(begins, start), min(ends, end)
        number, begins = number + 1, ends


def _overriding(overrides: Iterable[Override], start: datetime, end: datetime) -> tuple[Turn, ...]:
    """The later written first, so that each older one keeps what is left of it."""
    held: tuple[Turn, ...] = ()
    for one in sorted(overrides, key=lambda override: -override.number):
        begins, ends = max(one.start, start), min(one.end, end)
        if begins < ends:
            held += tuple(_without(Turn(begins, ends, one.who, "", one.number), held))
    return held


def _without(turn: Turn, taken: Iterable[Turn]) -> list[Turn]:
    """What is left of `turn`."""
    left = [turn]
    for other in taken:
        rest: list[Turn] = []
        for piece in left:
            if other.end <= piece.start or piece.end <= other.start:
                rest.append(piece)
                continue
            if piece.start < other.start:
                rest.append(replace(piece, end=other.start))
            if other.end < piece.end:
                rest.append(replace(piece, start=other.end))
        left = rest
    return left
