"""Attempts and runs as JSON: instants in ISO 8601 (UTC, Z), words in the reader's language."""

from typing import Any
from uuid import UUID

from controller.reproductions.reproduction import Attempt, Record, Tally
from controller.web.api.shapes import Json, iso
from controller.words import reproductions as names
from controller.words.catalogue import Translator
from evidence.rate import Rate


def counted(record: Record, incidents: dict[UUID, str], words: Translator) -> dict[str, Any]:
    """How often the symptom was seen, of the attempts that could tell; `low` and `high` are 0 to 1."""
    return {
        **_rate(record.rate, words),
        "attempts": record.attempts,
        "inconclusive": record.inconclusive,
        "tried_by": list(record.tried_by),
        "runs": [_run(one, incidents, words) for one in record.tallies],
    }


def _rate(rate: Rate, words: Translator) -> Json:
    low, high = rate.interval
    return {
        "seen": rate.seen, "tried": rate.tried, "low": round(low, 4), "high": round(high, 4),
        "said": names.rate(words, rate) or None,
    }  # fmt: skip


def _run(one: Tally, incidents: dict[UUID, str], words: Translator) -> Json:
    return {
        "run": str(one.run_id),
        "incident": incidents[one.incident_id],
        "recipe": one.recipe,
        "recipe_said": names.name(words, one.recipe),
        "bench": one.bench,
        "bench_said": names.name(words, one.bench),
        "by": one.tried_by,
        "attempts": one.attempts,
        "planned": one.planned,
        "inconclusive": one.inconclusive,
        **_rate(one.rate, words),
        "began_at": iso(one.first_at),
        "ended_at": iso(one.last_at),
    }


def attempt(one: Attempt, words: Translator) -> Json:
    """All that is kept of it but the contents of its files."""
    return {
        "id": str(one.id),
        "run": str(one.run_id),
        "number": one.number,
        "planned": one.planned,
        "origin": one.origin.value,
        "recipe": one.recipe,
        "recipe_said": names.name(words, one.recipe),
        "bench": one.bench,
        "bench_said": names.name(words, one.bench),
        "factors": list(one.factors),
        "began_at": iso(one.started_at),
        "ended_at": iso(one.finished_at),
        "expected": one.expected,
        "seen": one.seen,
        "verdict": one.verdict.value,
        "verdict_said": names.verdict(words, one.verdict.value),
        "reason": one.reason,
        "by": one.tried_by,
        "received_at": iso(one.received_at),
        "redactions": dict(one.redactions),
        "files": [
            {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes} for file in one.files
        ],
    }
