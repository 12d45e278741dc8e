"""What a lab or a person hands in, before it is known to fit: limits and their names (trust.md "Limits")."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from controller.core.errors import Invalid
from controller.fleet.limits import NAME_LIMIT, SUMMARY_LIMIT, named, stored, within
from controller.reproductions.reproduction import Attempt, AttemptFile, Origin, Verdict
from evidence.bundle import label_fault

PLANNED_LIMIT = 10_000
FACTORS_LIMIT = 100
FILES_LIMIT = 20
FILE_LIMIT_BYTES = 4 * 1024 * 1024
_CASE = re.compile(r"INC-([1-9][0-9]{0,8})")
_RULES_LIMIT = 64
# A bench's clock may be wrong, but nothing was tried before there was a lab or after tomorrow.
_EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """As it came, untrusted; the kinds of its fields hold, nothing else does. `case` reads like "INC-12"."""

    id: UUID
    run_id: UUID
    number: int
    planned: int
    case: str
    origin: Origin
    recipe: str
    recipe_sha256: str
    bench: str
    factors: Sequence[str]
    started_at: datetime
    finished_at: datetime
    expected: str
    seen: str
    verdict: Verdict
    reason: str
    tried_by: str
    redactions: Mapping[str, int]
    files: Sequence[AttemptFile]


def case_number(case: str) -> int:
    """Raises `Invalid`."""
    found = _CASE.fullmatch(case)
    if found is None:
        raise Invalid("case", "must read like INC-12", "Name the incident it is for")
    return int(found[1])


def attempt_of(offer: Offer, incident_id: UUID, lab_id: UUID | None, now: datetime) -> Attempt:
    """The attempt, within all limits. Raises `Invalid` naming field and limit."""
    if not 1 <= offer.number <= offer.planned <= PLANNED_LIMIT:
        raise Invalid("number", f"from 1 to planned, which is at most {PLANNED_LIMIT}")
    if not _EARLIEST <= offer.started_at <= offer.finished_at <= now + _AHEAD:
        raise Invalid("started_at", "from 2020 on, not after finished_at, which is at most tomorrow")
    if len(offer.factors) > FACTORS_LIMIT:
        raise Invalid("factors", f"at most {FACTORS_LIMIT}, not {len(offer.factors)}")
    if offer.verdict is Verdict.INCONCLUSIVE and not offer.reason.strip():
        raise Invalid("reason", "must be given when the verdict is inconclusive")
    return Attempt(
        id=offer.id,
        run_id=offer.run_id,
        number=offer.number,
        planned=offer.planned,
        incident_id=incident_id,
        lab_id=lab_id,
        origin=offer.origin,
        recipe=named("recipe", offer.recipe),
        recipe_sha256=offer.recipe_sha256,
        bench=named("bench", offer.bench),
        factors=tuple(named("factors", factor) for factor in offer.factors),
        started_at=offer.started_at,
        finished_at=offer.finished_at,
        expected=_said("expected", offer.expected),
        seen=_said("seen", offer.seen),
        verdict=offer.verdict,
        reason=stored(within("reason", offer.reason, SUMMARY_LIMIT)),
        tried_by=named("tried_by", offer.tried_by),
        redactions=_counts(offer.redactions),
        files=_files(offer.files),
        received_at=now,
    )


def _said(field: str, text: str) -> str:
    if not text.strip():
        raise Invalid(field, "must not be empty")
    return stored(within(field, text, SUMMARY_LIMIT))


def _counts(redactions: Mapping[str, int]) -> dict[str, int]:
    if len(redactions) > _RULES_LIMIT:
        raise Invalid("redactions", f"at most {_RULES_LIMIT} rules")
    return {stored(within("redactions", rule, NAME_LIMIT)): count for rule, count in redactions.items()}


def _files(files: Sequence[AttemptFile]) -> tuple[AttemptFile, ...]:
    if len(files) > FILES_LIMIT:
        raise Invalid("files", f"at most {FILES_LIMIT}, not {len(files)}")
    names = [file.name for file in files]
    for name in names:
        fault = label_fault(name)
        if fault or names.count(name) > 1:
            raise Invalid("files.name", fault or "must differ from the other files' names")
    if any(file.size_bytes > FILE_LIMIT_BYTES for file in files):
        raise Invalid("files.size_bytes", f"at most {FILE_LIMIT_BYTES} bytes")
    return tuple(files)
