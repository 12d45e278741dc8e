"""One attempt as its page shows it: facts of the bench, steps and oracle, files, the transcript to play."""

import asyncio
import shlex
import tomllib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.blobs.folder import BlobFolder
from controller.core.errors import VigiaError
from controller.fleet.machine import Machine
from controller.reproductions.reproduction import Attempt, Verdict
from controller.words import formats, sights
from controller.words import reproductions as names
from controller.words.catalogue import Translator
from evidence.environment import Environment, Kind, environment_from_json
from evidence.errors import EvidenceError, TranscriptUnreadable
from evidence.transcript import Transcript, transcript_from_asciicast

TRANSCRIPT, RECIPE, ENVIRONMENT = "transcript.cast", "recipe.toml", "environment.json"
SHOWN_CHARACTERS = 128 * 1024
SHOWN_FACTS = 200
"""Of one kind: a bench has some thousand packages, and the file has them all."""
_STEPS = 50
_DAY_S = 86_400.0
TONES = {Verdict.REPRODUCED: "late", Verdict.NOT_REPRODUCED: "done", Verdict.INCONCLUSIVE: "soon"}
"""Seen again is the colour of trouble; that it was found is good news for the lab alone."""


@dataclass(frozen=True, slots=True)
class AttemptView:
    """`reference` is of its incident; `masked` counts secrets that were masked."""

    path: str
    recipe: str
    bench: str
    number: int
    planned: int
    verdict: str
    tone: str
    by: str
    handed_in: str
    started_at: datetime
    took: str
    received_at: datetime
    expected: str
    seen: str
    reason: str
    factors: tuple[str, ...]
    masked: int


@dataclass(frozen=True, slots=True)
class FileView:
    name: str
    path: str
    size: str


@dataclass(frozen=True, slots=True)
class FactGroup:
    """Facts of one kind; `more` are left out."""

    name: str
    facts: tuple[tuple[str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Bench:
    """`gaps`: what could not be read there, with the reason."""

    host: str
    taken_at: datetime
    groups: tuple[FactGroup, ...]
    gaps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RecipeView:
    """`oracle` is the symptom in a sentence, "" when it cannot be told."""

    steps: tuple[tuple[str, str], ...]
    oracle: str


@dataclass(frozen=True, slots=True)
class Played:
    """`path` gives the player its events; `text` is all output, cut at 128 Ki characters when `cut`. `fault`
    is why it cannot be read, "" when it can."""

    path: str
    text: str
    cut: bool
    fault: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What its files say; None for what it does not have, or what cannot be read."""

    files: tuple[FileView, ...]
    played: Played | None
    recipe: RecipeView | None
    bench: Bench | None


def attempt_view(one: Attempt, reference: str, lab: Machine | None, words: Translator) -> AttemptView:
    return AttemptView(
        path=f"/incidents/{reference}/attempts/{one.id}",
        recipe=names.name(words, one.recipe),
        bench=names.name(words, one.bench),
        number=one.number,
        planned=one.planned,
        verdict=names.verdict(words, one.verdict.value),
        tone=TONES[one.verdict],
        by=one.tried_by,
        handed_in=lab.name if lab else "",
        started_at=one.started_at,
        took=_took(one, words),
        received_at=one.received_at,
        expected=one.expected,
        seen=sights.told(words, one.seen),
        reason=sights.told(words, one.reason),
        factors=one.factors,
        masked=sum(one.redactions.values()),
    )


def _took(one: Attempt, words: Translator) -> str:
    seconds = (one.finished_at - one.started_at).total_seconds()
    return names.took(seconds, words.language) if seconds else ""


async def contents(blobs: BlobFolder, one: Attempt, base: str, words: Translator) -> Contents:
    """`base` is the attempt's path. A file that cannot be read keeps nothing else from being shown."""
    files = tuple(
        FileView(file.name, f"{base}/files/{number}", formats.size(file.size_bytes, words.language))
        for number, file in enumerate(one.files)
    )
    played = None
    if one.file(TRANSCRIPT) is not None:
        try:
            text = (await transcript(blobs, one)).text
            played = Played(f"{base}/transcript", text[:SHOWN_CHARACTERS], len(text) > SHOWN_CHARACTERS, "")
        except (EvidenceError, VigiaError) as error:
            played = Played("", "", False, str(error))
    recipe = await _content(blobs, one, RECIPE)
    environment = await _content(blobs, one, ENVIRONMENT)
    return Contents(
        files, played, recipe_view(recipe, words), await asyncio.to_thread(_bench, environment, words)
    )


async def transcript(blobs: BlobFolder, one: Attempt) -> Transcript:
    """Raises TranscriptUnreadable, or what the blob folder raises."""
    file = one.file(TRANSCRIPT)
    if file is None:
        raise TranscriptUnreadable(0, "there is none")
    return await asyncio.to_thread(transcript_from_asciicast, await blobs.get(file.sha256))


def playable(found: Transcript) -> dict[str, Any]:
    """For the player: events as [seconds, kind, text]. What begins after a day is told to begin then."""
    return {
        "width": found.width,
        "height": found.height,
        "events": [[min(event.at_s, _DAY_S), event.kind, event.text] for event in found.events],
    }


async def _content(blobs: BlobFolder, one: Attempt, name: str) -> bytes:
    file = one.file(name)
    if file is None:
        return b""
    try:
        return await blobs.get(file.sha256)
    except VigiaError:
        return b""


def _bench(data: bytes, words: Translator) -> Bench | None:
    if not data:
        return None
    try:
        found = environment_from_json(data)
    except EvidenceError:
        return None
    groups = tuple(group for kind in Kind if (group := _group(found, kind, words)) is not None)
    return Bench(found.host, found.taken_at, groups, tuple(sorted(found.gaps.items()))[:SHOWN_FACTS])


def _group(found: Environment, kind: Kind, words: Translator) -> FactGroup | None:
    facts = sorted((factor, fact.value) for factor, fact in found.facts.items() if fact.kind is kind)
    if not facts:
        return None
    shown = tuple((factor.removeprefix(f"{kind.value}."), value) for factor, value in facts[:SHOWN_FACTS])
    return FactGroup(names.kind(words, kind.value), shown, max(0, len(facts) - SHOWN_FACTS))


def recipe_view(data: bytes, words: Translator) -> RecipeView | None:
    """What can be told of a recipe of anybody's making; None for what is no recipe."""
    if not data:
        return None
    try:
        table = tomllib.loads(data.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    steps = table.get("steps")
    told = [one for one in steps if isinstance(one, dict)] if isinstance(steps, list) else []
    oracle = table.get("oracle")
    shown = tuple((str(one.get("name", f"step-{at}")), _command(one)) for at, one in enumerate(told[:_STEPS]))
    return RecipeView(shown, names.oracle(words, oracle) if isinstance(oracle, dict) else "")


def _command(step: dict[str, Any]) -> str:
    run = step.get("run")
    return shlex.join(str(word) for word in run) if isinstance(run, list) else ""
