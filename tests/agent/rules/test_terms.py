"""Thresholds: roles move them, a file has the last word, and what makes no sense is refused."""

import pytest

from agent.config import parse
from agent.errors import ConfigError
from agent.role import Role
from agent.rules import ALL, Judge
from agent.rules.terms import chosen
from agent.signals import Severity
from tests.agent.rules.story import GIB, Story, filesystem, told

BY_ID = {rule.id: rule for rule in ALL}


def test_a_file_changes_what_is_raised() -> None:
    """The customer wants to hear of a disk at 40 % free; the rest of that rule stays as it was."""
    config = parse('[rules."filesystem.space"]\nnormal_percent = 40\n')
    judge = Judge(config.role, lambda: "finding", config.rules)
    story = Story(judge=judge)
    assert told(story.tell(filesystem(35 * GIB), 1000)) == [("raised", "normal")]
    assert story.tell(filesystem(4 * GIB), 400)[0].severity is Severity.HIGH
    assert Story().tell(filesystem(35 * GIB), 1000) == []


def test_the_file_comes_before_the_role_and_the_role_before_the_default() -> None:
    rule = BY_ID["filesystem.space"]
    seen = {
        one.limit.name: (one.value, one.origin)
        for one in chosen(rule, Role.LAPTOP, {rule.id: {"high_percent": 7.0}})
    }
    assert seen["high_percent"] == (7, "file")
    assert seen["critical_percent"] == (1, "role")
    assert {one.origin for one in chosen(rule, Role.SERVER, {})} == {"default"}


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_what_a_rule_declares_holds_together(rule: object) -> None:
    """For every role: inside its own range, and in its own order."""
    for role in Role:
        values = {one.limit.name: one.value for one in chosen(rule, role, {})}  # type: ignore[arg-type]
        for limit in rule.LIMITS:  # type: ignore[attr-defined]
            assert limit.low <= values[limit.name] <= limit.high, limit
            assert not limit.at_most or values[limit.name] <= values[limit.at_most], limit


def test_every_fault_is_told_with_its_line() -> None:
    text = """
[rules."filesystem.space"]
high_percent = 30
colour = 1
critical_gib = "much"

[rules."no.such"]
x = 1

[rules."watch.down"]
high_s = 1
"""
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert caught.value.lines == {
        'rules."filesystem.space".colour': 4,
        'rules."filesystem.space".critical_gib': 5,
        'rules."filesystem.space".high_percent': 3,
        'rules."no.such"': 7,
        'rules."watch.down".high_s': 11,
    }
    assert "30 is above normal_percent, which is 20" in str(caught.value)
    assert "known here: critical_percent" in str(caught.value)


@pytest.mark.parametrize("text", ["rules = 3", '[rules]\n"cpu.busy" = 3', "[[rules]]\nx = 1"])
def test_what_is_no_table_of_rules_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text)
