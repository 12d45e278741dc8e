"""What a lab hands in fits the limits, or is refused by the field that does not."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from controller.core.errors import Invalid
from controller.reproductions.offer import attempt_of, case_number
from controller.reproductions.reproduction import AttemptFile, Verdict
from tests.controller.reproductions.offers import AT, offer

NOW = AT + timedelta(hours=2)
FILE = AttemptFile("a.log", "00" * 32, 1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": 0}, "number"),
        ({"number": 21}, "number"),
        ({"planned": 10_001}, "number"),
        ({"recipe": ""}, "recipe"),
        ({"recipe": "x" * 256}, "recipe"),
        ({"bench": "a\x1b[2Jb"}, "bench"),
        ({"tried_by": "\u202eana"}, "tried_by"),
        ({"factors": ("x",) * 101}, "factors"),
        ({"expected": " "}, "expected"),
        ({"expected": "x" * 2_001}, "expected"),
        ({"seen": "x" * 2_001}, "seen"),
        ({"reason": "x" * 2_001}, "reason"),
        ({"reason": "", "verdict": Verdict.INCONCLUSIVE}, "reason"),
        ({"started_at": datetime(1970, 1, 1, tzinfo=UTC)}, "started_at"),
        ({"finished_at": NOW + timedelta(days=2)}, "started_at"),
        ({"finished_at": AT - timedelta(days=1)}, "started_at"),
        ({"files": (FILE,) * 21}, "files"),
        ({"files": (FILE, FILE)}, "files.name"),
        ({"files": (AttemptFile("../etc/passwd", "00" * 32, 1),)}, "files.name"),
        ({"files": (AttemptFile("a", "00" * 32, 4 * 1024 * 1024 + 1),)}, "files.size_bytes"),
        ({"redactions": {f"r{n}": 1 for n in range(65)}}, "redactions"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        attempt_of(offer(**changes), UUID(int=1), None, NOW)
    assert refused.value.field == field
    assert refused.value.limit


def test_what_fits_is_kept_as_it_was_said() -> None:
    made = attempt_of(offer(seen="línea\x00 con <b>", reason=""), UUID(int=1), UUID(int=2), NOW)
    assert made.seen == "línea\N{REPLACEMENT CHARACTER} con <b>"
    assert (made.incident_id, made.lab_id, made.received_at) == (UUID(int=1), UUID(int=2), NOW)


@pytest.mark.parametrize("case", ["", "7", "INC-0", "INC-", "inc-1", "INC-12345678901", "INC-1\n"])
def test_a_case_reads_like_one(case: str) -> None:
    with pytest.raises(Invalid) as refused:
        case_number(case)
    assert refused.value.field == "case"


def test_a_case_is_known_by_its_number() -> None:
    assert case_number("INC-42") == 42
