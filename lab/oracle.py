"""From what the steps did to a verdict: pure, so that a verdict can be recomputed from a record."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lab.attempt import Verdict
from lab.processes import Ended
from lab.recipe import Oracle, OracleKind, Recipe, Step

_LINE_MAX = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one step ended: `took_s` in seconds, `output` as the programs wrote it (not redacted)."""

    step: Step
    ended: Ended
    took_s: float
    output: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """`seen` is one line for people, not redacted yet; `reason` says why the verdict is what it is."""

    verdict: Verdict
    seen: str
    reason: str


def obstacle(recipe: Recipe, outcome: Outcome) -> Sight | None:
    """Why the attempt cannot go on after this step; None when it can."""
    step, ended = outcome.step, outcome.ended
    watched = recipe.oracle.kind is not OracleKind.SCRIPT and recipe.oracle.step == step.name
    if ended.reason:
        return Sight(
            Verdict.INCONCLUSIVE, _how(outcome), f"step {step.name!r} could not be started: {ended.reason}"
        )
    if watched or step.may_fail or ended.status == 0:
        return None
    return Sight(
        Verdict.INCONCLUSIVE,
        _how(outcome),
        f"step {step.name!r} failed before the symptom could be looked for",
    )


def judge(oracle: Oracle, outcomes: Sequence[Outcome]) -> Sight:
    """The verdict of an oracle that looks at a step; `outcomes` holds that step."""
    outcome = next(one for one in outcomes if one.step.name == oracle.step)
    match oracle.kind:
        case OracleKind.EXIT_STATUS:
            return _by_status(oracle, outcome)
        case OracleKind.PATTERN:
            return _by_pattern(oracle, outcome)
        case _:
            return _by_time(oracle, outcome)


def judge_script(ended: Ended) -> Sight:
    """The verdict of a script of the recipe's own."""
    if ended.status == 0:
        return Sight(Verdict.REPRODUCED, "the oracle's script saw the symptom", "its exit status is 0")
    if ended.status == 1:
        return Sight(Verdict.NOT_REPRODUCED, "the oracle's script saw no symptom", "its exit status is 1")
    return Sight(
        Verdict.INCONCLUSIVE, f"the oracle's script {_ending(ended)}", "only the exit statuses 0 and 1 tell"
    )


def _by_status(oracle: Oracle, outcome: Outcome) -> Sight:
    status = outcome.ended.status
    if status is None:
        return Sight(Verdict.INCONCLUSIVE, _how(outcome), "without an exit status the oracle cannot tell")
    if oracle.equals is not None:
        met, asked = status == oracle.equals, f"{oracle.equals}"
    else:
        met, asked = status != oracle.differs_from, f"anything but {oracle.differs_from}"
    return _told(met, _how(outcome), f"the symptom is an exit status of {asked}")


def _by_pattern(oracle: Oracle, outcome: Outcome) -> Sight:
    found = re.search(oracle.pattern, outcome.output, re.MULTILINE)
    if found is None and outcome.ended.status is None:
        # What was cut off might have held it.
        return Sight(
            Verdict.INCONCLUSIVE,
            _how(outcome),
            "the output is not whole, so the pattern may be missing in it",
        )
    if found:
        begin = outcome.output.rfind("\n", 0, found.start()) + 1
        line = outcome.output[begin : begin + _LINE_MAX].splitlines()
        seen = f"in the output of {outcome.step.name!r}: {line[0].strip() if line else ''}"
    else:
        seen = f"no match in the output of {outcome.step.name!r}"
    asked = "present" if oracle.present else "absent"
    return _told((found is not None) == oracle.present, seen, f"the symptom is that the pattern is {asked}")


def _by_time(oracle: Oracle, outcome: Outcome) -> Sight:
    took_s, ended = outcome.took_s, outcome.ended
    if oracle.longer_than_s is not None:
        asked = f"the symptom is taking longer than {oracle.longer_than_s:g} s"
        # A step killed at its time limit took at least that long.
        if took_s > oracle.longer_than_s:
            return _told(True, _how(outcome), asked)
        if ended.status is None:
            return Sight(Verdict.INCONCLUSIVE, _how(outcome), f"{asked}, and the step was ended before")
        return _told(False, _how(outcome), asked)
    assert oracle.shorter_than_s is not None
    asked = f"the symptom is taking less than {oracle.shorter_than_s:g} s"
    if took_s >= oracle.shorter_than_s:
        return _told(False, _how(outcome), asked)
    if ended.status is None:
        return Sight(Verdict.INCONCLUSIVE, _how(outcome), f"{asked}, and the step was ended before")
    return _told(True, _how(outcome), asked)


def _told(met: bool, seen: str, reason: str) -> Sight:
    return Sight(Verdict.REPRODUCED if met else Verdict.NOT_REPRODUCED, seen, reason)


def _how(outcome: Outcome) -> str:
    return f"step {outcome.step.name!r} {_ending(outcome.ended)} after {outcome.took_s:.2f} s"


def _ending(ended: Ended) -> str:
    if ended.reason:
        return "could not be started"
    if ended.timed_out:
        return "was ended at its time limit"
    if ended.too_long:
        return "was ended at the limit of output"
    if ended.status is not None and ended.status < 0:
        return f"was ended by signal {-ended.status}"
    return f"ended with status {ended.status}"
