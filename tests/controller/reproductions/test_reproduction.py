"""A number of attempts says how often, and how sure that is."""

from datetime import timedelta
from uuid import UUID

from controller.reproductions.offer import attempt_of
from controller.reproductions.reproduction import Verdict, reproduction
from tests.controller.reproductions.offers import AT, offer

YES, NO, UNSURE = Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE


def attempts(*verdicts: Verdict, **changes: object) -> list:  # type: ignore[type-arg]
    return [
        attempt_of(offer(number, verdict, **changes), UUID(int=1), None, AT + timedelta(hours=9))
        for number, verdict in enumerate(verdicts, start=1)
    ]


def test_seven_of_twenty() -> None:
    assert str(reproduction(attempts(*[YES] * 7, *[NO] * 13)).rate) == "7 of 20, 18-57 %"


def test_what_could_not_tell_counts_in_no_rate_and_is_not_forgotten() -> None:
    found = reproduction(attempts(YES, UNSURE, NO))
    assert (found.rate.seen, found.rate.tried, found.inconclusive) == (1, 2, 1)


def test_attempts_stand_in_the_order_in_which_they_were_made() -> None:
    made = attempts(YES, NO, YES)
    assert [one.number for one in reproduction(made[::-1]).attempts] == [1, 2, 3]


def test_runs_and_who_tried_are_told_apart() -> None:
    other = attempts(NO, run_id=UUID(int=0xB), tried_by="eva@desk", id=UUID(int=9))
    found = reproduction([*attempts(YES, YES), *other])
    assert [len(run) for run in found.runs().values()] == [1, 2] or len(found.runs()) == 2
    assert set(found.tried_by) == {"ana@bench", "eva@desk"}
