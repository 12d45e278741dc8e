"""What was tried in the lab, as a section of an incident's or a problem's page: how often, and how sure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.reproductions.reproduction import Record, Tally
from controller.words import reproductions as names
from controller.words.catalogue import Translator
from evidence.rate import Rate

SHOWN = 6
"""So many runs stand in the section; the page of all attempts has the others."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A bar of 0 to 100: the interval from `low` on, `length` long, with a mark at `share`. `said` is the
    same in words, "" while no attempt could tell."""

    said: str
    low: float
    length: float
    share: float


@dataclass(frozen=True, slots=True)
class RunView:
    """`incident` names whose it is where several stand together, "" elsewhere."""

    recipe: str
    bench: str
    path: str
    incident: str
    by: str
    at: datetime
    attempts: int
    planned: int
    inconclusive: int
    picture: Picture


@dataclass(frozen=True, slots=True)
class Section:
    """`all_path` leads to every attempt and `record_path` to the form, each "" where there is none."""

    picture: Picture
    attempts: int
    inconclusive: int
    tried_by: str
    runs: tuple[RunView, ...]
    more: int
    zone: str
    all_path: str
    record_path: str


def section(
    record: Record, incidents: Mapping[UUID, str], zone: str, words: Translator, *, writable: bool = False
) -> Section:
    """`incidents`: references of those it may concern. With one, there are ways to all attempts and to the
    form."""
    alone = next(iter(incidents.values())) if len(incidents) == 1 else ""
    base = f"/incidents/{alone}/attempts" if alone else ""
    runs = tuple(_run(one, incidents[one.incident_id], alone, words) for one in record.tallies[:SHOWN])
    return Section(
        picture=picture(record.rate, words),
        attempts=record.attempts,
        inconclusive=record.inconclusive,
        tried_by=", ".join(names.name(words, one) for one in record.tried_by),
        runs=runs,
        more=len(record.tallies) - len(runs),
        zone=zone,
        all_path=base,
        record_path=f"{base}/new" if base and writable else "",
    )


def picture(rate: Rate, words: Translator) -> Picture:
    low, high = rate.interval
    share = rate.seen / rate.tried if rate.tried else 0.0
    return Picture(
        names.rate(words, rate), round(low * 100, 1), round((high - low) * 100, 1), round(share * 100, 1)
    )


def _run(one: Tally, incident: str, alone: str, words: Translator) -> RunView:
    return RunView(
        recipe=names.name(words, one.recipe),
        bench=names.name(words, one.bench),
        path=f"/incidents/{incident}/attempts?run={one.run_id}",
        incident="" if alone else incident,
        by=names.name(words, one.tried_by),
        at=one.last_at,
        attempts=one.attempts,
        planned=one.planned,
        inconclusive=one.inconclusive,
        picture=picture(one.rate, words),
    )
