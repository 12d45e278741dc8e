"""An attempt as the controller keeps it, and what a number of them say together: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from evidence.rate import Rate


class Verdict(Enum):
    """Inconclusive tells nothing about the symptom and counts in no rate."""

    REPRODUCED = "reproduced"
    NOT_REPRODUCED = "not_reproduced"
    INCONCLUSIVE = "inconclusive"


class Origin(Enum):
    """A recipe made it, or a person by hand."""

    RECIPE = "recipe"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class AttemptFile:
    """`name` is a label, never a path; `sha256` (hex) names the blob. A `transcript.cast` can be played."""

    name: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """Once on one bench. `number` of `planned` in its run, from 1; times are the bench's own.

    `lab_id` is the machine that handed it in, None when staff wrote it here; texts are untrusted, shown
    escaped. `reason` says why the verdict is what it is; `redactions` counts masks by rule.
    """

    id: UUID
    run_id: UUID
    number: int
    planned: int
    incident_id: UUID
    lab_id: UUID | None
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
    tried_by: str
    redactions: Mapping[str, int]
    files: tuple[AttemptFile, ...]
    received_at: datetime

    def file(self, name: str) -> AttemptFile | None:
        """Its file of that name."""
        return next((file for file in self.files if file.name == name), None)


@dataclass(frozen=True, slots=True)
class Tally:
    """A run counted: how many `attempts` there are of the `planned`, how many `told` anything about the
    symptom, how often it was `seen`. `first_at` and `last_at` are the bench's own times."""

    run_id: UUID
    incident_id: UUID
    origin: Origin
    recipe: str
    bench: str
    tried_by: str
    planned: int
    attempts: int
    told: int
    seen: int
    first_at: datetime
    last_at: datetime

    @property
    def rate(self) -> Rate:
        return Rate(self.seen, self.told)

    @property
    def inconclusive(self) -> int:
        return self.attempts - self.told


@dataclass(frozen=True, slots=True)
class Record:
    """What was tried for one incident or several: its runs, the newest first."""

    tallies: tuple[Tally, ...]

    @property
    def attempts(self) -> int:
        return sum(one.attempts for one in self.tallies)

    @property
    def rate(self) -> Rate:
        return Rate(sum(one.seen for one in self.tallies), sum(one.told for one in self.tallies))

    @property
    def inconclusive(self) -> int:
        return sum(one.inconclusive for one in self.tallies)

    @property
    def tried_by(self) -> tuple[str, ...]:
        """Who tried, each once, the first first."""
        return tuple(dict.fromkeys(one.tried_by for one in reversed(self.tallies)))


@dataclass(frozen=True, slots=True)
class Reproduction:
    """Attempts of one incident, in the order in which they were made."""

    attempts: tuple[Attempt, ...]

    @property
    def rate(self) -> Rate:
        return rate_of(self.attempts)

    @property
    def inconclusive(self) -> int:
        return len(self.attempts) - self.rate.tried

    @property
    def tried_by(self) -> tuple[str, ...]:
        """Who tried, each once, the first first."""
        return tuple(dict.fromkeys(attempt.tried_by for attempt in self.attempts))

    def runs(self) -> dict[UUID, tuple[Attempt, ...]]:
        """By run: what was tried in the same way in the same place."""
        found: dict[UUID, list[Attempt]] = {}
        for attempt in self.attempts:
            found.setdefault(attempt.run_id, []).append(attempt)
        return {run_id: tuple(attempts) for run_id, attempts in found.items()}


def rate_of(attempts: Iterable[Attempt]) -> Rate:
    """How often the symptom was seen, of the attempts that could tell."""
    told = [one.verdict for one in attempts if one.verdict is not Verdict.INCONCLUSIVE]
    return Rate(told.count(Verdict.REPRODUCED), len(told))


def reproduction(attempts: Sequence[Attempt]) -> Reproduction:
    """By time, then by place in the run."""
    return Reproduction(tuple(sorted(attempts, key=lambda one: (one.started_at, one.number, one.id))))
