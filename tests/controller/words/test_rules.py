"""Every rule an agent has is explained to people, in both languages, with facts the rule really brings."""

from string import Formatter

import pytest

from agent.rules import ALL
from controller.words.catalogue import translator
from controller.words.rules import OWN_RULES, RULES, facts_shown, remedy, title

SILENCE = {"agent.silent", "site.silent", "agent.cloned"}
ALWAYS_THERE = {"object", "machine", "rule"}


def test_each_rule_of_the_agent_has_words_and_no_words_are_left_over() -> None:
    assert {rule.id for rule in ALL} | SILENCE == set(RULES)


@pytest.mark.parametrize("rule", ALL, ids=lambda rule: rule.id)
def test_titles_ask_only_for_facts_that_come(rule: object) -> None:
    facts = set(rule.FACTS) | ALWAYS_THERE  # type: ignore[attr-defined]
    for language in ("es", "en"):
        template = translator(language)._(RULES[rule.id].title)  # type: ignore[attr-defined]
        asked = {name for _, name, _, _ in Formatter().parse(template) if name}
        assert asked <= facts


def test_spanish_has_its_own_word_for_every_title_and_step() -> None:
    spanish = translator("es")
    for rule, words in {**RULES, **OWN_RULES}.items():
        assert spanish._(words.title) != words.title, rule
        assert all(spanish._(step) != step for step in words.remedy), rule


def test_numbers_are_written_as_each_language_writes_them() -> None:
    facts = {"disk_free_bytes": "1610612736"}
    assert title(translator("es"), "filesystem.space", "/", facts) == "/: quedan 1,5 GiB libres"
    assert title(translator("en"), "filesystem.space", "/", facts) == "/: 1.5 GiB free"


def test_hostile_and_missing_facts_still_make_a_readable_line() -> None:
    """Control characters, bidi overrides and braces are shown as what they are: nothing."""
    said = title(translator("en"), "watch.down", "shop\x1b[31m\u202e{object.__class__}\n", {})
    assert said == "shop\ufffd[31m\ufffd{object.__class__}\ufffd does not answer"
    assert title(translator("en"), "filesystem.space", "/", {}) == "/: – free"
    assert facts_shown({"disk_free_bytes": "nan", "x": "y" * 900}, "en") == {
        "disk_free_bytes": "nan",
        "x": "y" * 200,
    }
    assert remedy(translator("es"), "no.such.rule") == ("Mire los datos y la evidencia.",)
