"""The controller decides how severe a finding is; what an agent's rule may propose, it may also become."""

import inspect
import sys

import pytest

from agent.rules import ALL
from controller.core.severity import Severity
from controller.incidents.severity import MAY_BE_CRITICAL, OURS, decided


def _proposes_critical(rule: object) -> bool:
    return "CRITICAL" in inspect.getsource(sys.modules[type(rule).__module__])


def test_exactly_the_rules_that_propose_it_may_be_critical() -> None:
    """A rule that is left out would wake nobody; one too many is an agent's way to wake everybody."""
    assert {rule.id for rule in ALL if _proposes_critical(rule)} == MAY_BE_CRITICAL - OURS


@pytest.mark.parametrize("rule", ["cpu.busy", "no.such.rule", "agent.cloned"])
def test_what_may_not_be_critical_is_high_at_most(rule: str) -> None:
    assert decided(rule, Severity.CRITICAL, "server") is Severity.HIGH
