"""Attempts as a lab hands them in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from controller.reproductions.offer import Offer
from controller.reproductions.reproduction import AttemptFile, Origin, Verdict

AT = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
RUN = UUID(int=0xA)


def offer(number: int = 1, verdict: Verdict = Verdict.REPRODUCED, **changes: Any) -> Offer:
    """One of twenty attempts for INC-1, each with an id of its own."""
    made = Offer(
        id=UUID(int=1_000 + number), run_id=RUN, number=number, planned=20, case="INC-1",
        origin=Origin.RECIPE, recipe="spooler-forgets", recipe_sha256="ab" * 32,
        bench="ssh:printer-bench", factors=("cups 2.4.7",),
        started_at=AT + timedelta(minutes=number), finished_at=AT + timedelta(minutes=number, seconds=9),
        expected="a job is gone", seen="no match in the output", verdict=verdict,
        reason="the pattern is absent", tried_by="ana@bench", redactions={"password": 1},
        files=(AttemptFile("transcript.cast", "cd" * 32, 512),),
    )  # fmt: skip
    return replace(made, **changes)
