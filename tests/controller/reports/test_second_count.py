"""A script that shares no line with us reads the exported history and comes to the same figures."""

import importlib.util
import json
import random
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from controller.incidents.duplicates.merger import MERGED
from controller.reports.cases import case_of
from controller.reports.verdict import Told, judge
from controller.sla.cases import run_file
from controller.sla.clock import evaluate
from controller.sla.plan import ESCALATION_ORIGINS, SEVERITY_CHANGES
from tests.controller.reports.histories import incident
from tests.support.random_incidents import story

SCRIPT = Path(__file__).parents[3] / "bench" / "recompute_report.py"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("recompute_report", SCRIPT)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def told(seed: int) -> Told:
    """A random incident, with ties, reopenings, changes of severity and entries written down late."""
    chance = random.Random(seed)
    told = story(
        chance, pausable=(), hours={}, severity_change=chance.choice(SEVERITY_CHANGES),
        escalation_origin=chance.choice(ESCALATION_ORIGINS),
    )  # fmt: skip
    state = evaluate(told.plan, {}, told.events, told.end)
    opened = told.events[0].at
    return Told(seed, f"customer {seed % 3}", opened, opened, told.plan, "1", state, tuple(told.events))


def test_the_script_knows_nothing_of_ours() -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    assert "import controller" not in source and "from controller" not in source


def test_both_come_to_the_same_verdict_on_every_incident(script: ModuleType) -> None:
    for seed in range(1500):
        one = told(seed)
        case = json.loads(json.dumps(case_of(one)))
        ours = judge(one)
        expected = tuple(
            (ruling.outcome.value, ruling.severity)
            for ruling in (ours.first_response, ours.escalation_and_update)
        )
        assert script.Incident(case).verdicts() == expected, f"seed {seed}"


def test_both_count_a_merged_incident_apart(script: ModuleType) -> None:
    for happened in ((), (("responded", 5.0),), (("resolved", 2.0), ("reopened", 9.0))):
        for minute in (20.0, 50.0, 600.0):
            one = incident(1, *happened, ("closed", minute, {"reason": MERGED}))
            ours = judge(one)
            counted = script.Incident(json.loads(json.dumps(case_of(one)))).verdicts()
            assert [outcome for outcome, _ in counted] == [
                ours.first_response.outcome.value, ours.escalation_and_update.outcome.value,
            ]  # fmt: skip


def test_both_come_to_the_same_sums(script: ModuleType) -> None:
    every = [told(seed) for seed in range(200)]
    found = script.recompute(json.loads(json.dumps(case_of(one))) for one in every)
    ours = Counter(judge(one).first_response.outcome.value for one in every)
    assert found["total"]["first_response"] == ours
    climbs = Counter("engine" if c.by_engine else "person" for one in every for c in judge(one).climbs)
    assert found["total"]["escalated_by"] == climbs


def test_an_exported_case_is_one_that_evaluate_checks() -> None:
    """What we say of it ourselves (`expect`) is what the case format's own reader finds."""
    cases = [case_of(told(seed)) for seed in range(100)]
    answers = list(run_file(json.dumps(cases), check=True))
    assert [answer.line for answer in answers if answer.failed] == []
    assert [answer.differing for answer in answers if answer.differing] == []
