"""An attempt: once on one bench, with what was expected, what was seen, and a verdict (cause.md, The lab)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from evidence.rate import Rate


class Verdict(Enum):
    """Inconclusive tells nothing about the symptom and counts in no rate."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    INCONCLUSIVE = "inconclusive"


class Origin(Enum):
    """Who made it: a recipe, or a person by hand."""

    RECIPE = "recipe"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class File:
    """`sha256` (hex) names the content on the shelf; `name` is a label, never a path to write to."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """Never changed once written. `number` of `planned` counts from 1; `case` may come later ("").

    `reason` says why the verdict is what it is; texts and files are redacted, `redactions` counts by rule.
    """

    id: str
    run_id: str
    number: int
    planned: int
    case: str
    origin: Origin
    recipe: str
    recipe_sha256: str
    bench: str
    factors: tuple[str, ...]
    started_at: datetime
    finished_at: datetime
    expected: str
    seen: str
    verdict: Verdict
    reason: str
    by: str
    files: tuple[File, ...] = ()
    redactions: Mapping[str, int] = field(default_factory=dict)


def rate(attempts: Iterable[Attempt]) -> Rate:
    """How often the symptom was seen, of the attempts that could tell."""
    told = [one.verdict for one in attempts if one.verdict is not Verdict.INCONCLUSIVE]
    return Rate(told.count(Verdict.REPRODUCED), len(told))


def attempt_to_json(attempt: Attempt) -> dict[str, Any]:
    """Plain values for json.dumps; instants are ISO 8601 with an offset."""
    return {
        "id": attempt.id,
        "run_id": attempt.run_id,
        "number": attempt.number,
        "planned": attempt.planned,
        "case": attempt.case,
        "origin": attempt.origin.value,
        "recipe": attempt.recipe,
        "recipe_sha256": attempt.recipe_sha256,
        "bench": attempt.bench,
        "factors": list(attempt.factors),
        "started_at": attempt.started_at.isoformat(),
        "finished_at": attempt.finished_at.isoformat(),
        "expected": attempt.expected,
        "seen": attempt.seen,
        "verdict": attempt.verdict.value,
        "reason": attempt.reason,
        "by": attempt.by,
        "files": [
            {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes}
            for file in attempt.files
        ],
        "redactions": dict(attempt.redactions),
    }


def attempt_from_json(table: Mapping[str, Any]) -> Attempt:
    """Reads what `attempt_to_json` wrote. Raises KeyError, ValueError or TypeError for anything else."""
    held = dict(table)
    held["origin"] = Origin(held["origin"])
    held["verdict"] = Verdict(held["verdict"])
    held["factors"] = tuple(held["factors"])
    for name in ("started_at", "finished_at"):
        held[name] = datetime.fromisoformat(held[name])
    held["files"] = tuple(File(**file) for file in held["files"])
    return Attempt(**held)
