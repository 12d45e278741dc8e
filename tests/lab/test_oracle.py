"""The oracle says reproduced, not reproduced, or that it cannot tell: never more than was seen."""

import pytest

from lab.attempt import Verdict
from lab.oracle import Outcome, judge, judge_script, obstacle
from lab.processes import Ended
from lab.recipe import Oracle, OracleKind, Step
from tests.support.lab_bench import recipe

YES, NO, UNSURE = Verdict.REPRODUCED, Verdict.NOT_REPRODUCED, Verdict.INCONCLUSIVE
KILLED, BABBLED = Ended(None, timed_out=True), Ended(None, too_long=True)


def outcome(ended: Ended, output: str = "", took_s: float = 1.0) -> Outcome:
    return Outcome(Step("print", ("lp",)), ended, took_s, output)


@pytest.mark.parametrize(
    ("oracle", "seen", "verdict"),
    [
        (Oracle(OracleKind.EXIT_STATUS, "print", equals=3), outcome(Ended(3)), YES),
        (Oracle(OracleKind.EXIT_STATUS, "print", equals=3), outcome(Ended(0)), NO),
        (Oracle(OracleKind.EXIT_STATUS, "print", equals=3), outcome(KILLED), UNSURE),
        (Oracle(OracleKind.EXIT_STATUS, "print", differs_from=0), outcome(Ended(-11)), YES),
        (Oracle(OracleKind.EXIT_STATUS, "print", differs_from=0), outcome(Ended(0)), NO),
        (Oracle(OracleKind.PATTERN, "print", pattern="^Error \\d+"), outcome(Ended(0), "a\nError 12\n"), YES),
        (Oracle(OracleKind.PATTERN, "print", pattern="^Error \\d+"), outcome(Ended(0), "fine"), NO),
        (Oracle(OracleKind.PATTERN, "print", pattern="^Error \\d+"), outcome(KILLED, "fine so far"), UNSURE),
        (Oracle(OracleKind.PATTERN, "print", pattern="^Error \\d+"), outcome(BABBLED, "Error 1 ..."), YES),
        (Oracle(OracleKind.PATTERN, "print", pattern="done", present=False), outcome(Ended(0), "done"), NO),
        (Oracle(OracleKind.PATTERN, "print", pattern="done", present=False), outcome(Ended(0), ""), YES),
        (Oracle(OracleKind.PATTERN, "print", pattern="done", present=False), outcome(BABBLED, ""), UNSURE),
        (Oracle(OracleKind.TIME, "print", longer_than_s=2), outcome(Ended(0), took_s=2.5), YES),
        (Oracle(OracleKind.TIME, "print", longer_than_s=2), outcome(Ended(0), took_s=1.5), NO),
        (Oracle(OracleKind.TIME, "print", longer_than_s=2), outcome(KILLED, took_s=3.0), YES),
        (Oracle(OracleKind.TIME, "print", longer_than_s=9), outcome(KILLED, took_s=3.0), UNSURE),
        (Oracle(OracleKind.TIME, "print", shorter_than_s=2), outcome(Ended(0), took_s=1.0), YES),
        (Oracle(OracleKind.TIME, "print", shorter_than_s=2), outcome(KILLED, took_s=3.0), NO),
        (Oracle(OracleKind.TIME, "print", shorter_than_s=2), outcome(BABBLED, took_s=1.0), UNSURE),
    ],
)  # fmt: skip
def test_a_verdict_follows_from_what_the_step_did(oracle: Oracle, seen: Outcome, verdict: Verdict) -> None:
    sight = judge(oracle, [seen])
    assert sight.verdict is verdict
    assert sight.seen and sight.reason


@pytest.mark.parametrize(
    ("ended", "verdict"),
    [(Ended(0), YES), (Ended(1), NO), (Ended(2), UNSURE), (KILLED, UNSURE), (Ended(-9), UNSURE)],
)
def test_a_script_tells_by_its_status(ended: Ended, verdict: Verdict) -> None:
    assert judge_script(ended).verdict is verdict


def test_the_line_that_holds_the_pattern_is_what_was_seen() -> None:
    oracle = Oracle(OracleKind.PATTERN, "print", pattern="lost")
    assert judge(oracle, [outcome(Ended(0), "one\n  job 7 lost\nthree\n")]).seen.endswith(": job 7 lost")


STEPS = """
[[steps]]
name = "a"
run = ["a"]
[[steps]]
name = "b"
run = ["b"]
may_fail = {}
[[steps]]
name = "c"
run = ["c"]
"""
ORACLE = '[oracle]\nkind = "exit_status"\nequals = 1\n'


def test_a_step_before_the_oracle_that_fails_makes_the_attempt_inconclusive() -> None:
    made = recipe(STEPS.format("false") + ORACLE)
    stop = obstacle(made, Outcome(made.steps[0], Ended(1), 0.1))
    assert stop is not None and stop.verdict is UNSURE and "'a' failed before" in stop.reason
    assert obstacle(made, Outcome(made.steps[0], Ended(0), 0.1)) is None


def test_a_step_that_may_fail_or_that_the_oracle_looks_at_goes_on() -> None:
    made = recipe(STEPS.format("true") + ORACLE)
    assert obstacle(made, Outcome(made.steps[1], Ended(1), 0.1)) is None
    assert obstacle(made, Outcome(made.steps[2], Ended(1), 0.1)) is None


def test_a_program_that_is_missing_is_no_symptom() -> None:
    """Else every bench without the program would have every disease."""
    made = recipe(STEPS.format("true") + '[oracle]\nkind = "exit_status"\ndiffers_from = 0\n')
    stop = obstacle(made, Outcome(made.steps[2], Ended(None, reason="No such file"), 0.0))
    assert stop is not None and stop.verdict is UNSURE
