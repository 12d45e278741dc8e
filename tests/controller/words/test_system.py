"""What people read of a finding about the system: the line and the facts by name, in both languages."""

import pytest

from agent.rules.memory_oom_kill import MemoryOomKill
from agent.rules.system import SYSTEM
from controller.words.catalogue import translator
from controller.words.facts import NAMES, named
from controller.words.rules import remedy, title
from controller.words.systemfacts import SYSTEM_NAMES, SYSTEM_VALUES


@pytest.mark.parametrize("rule", [*SYSTEM, MemoryOomKill()], ids=lambda rule: rule.id)
def test_every_fact_has_a_name_and_every_rule_something_to_do(rule: object) -> None:
    assert set(rule.FACTS) <= set(NAMES)  # type: ignore[attr-defined]
    assert remedy(translator("es"), rule.id) != remedy(translator("es"), "no.such.rule")  # type: ignore[attr-defined]


def test_every_name_and_value_is_said_in_spanish() -> None:
    spanish = translator("es")
    same = {"no", "internet"}
    said = {*SYSTEM_NAMES.values(), *(value for of in SYSTEM_VALUES.values() for value in of.values())}
    assert {name for name in said if spanish._(name) == name} <= same


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "till.service falls over again and again (5 times in 15 min)"),
        ("es", "till.service se cae una y otra vez (5 veces en 15 min)"),
    ],
)
def test_a_loop_is_told_with_its_number(language: str, line: str) -> None:
    facts = {"unit_name": "till.service", "unit_restarts": "7", "unit_restarts_15m": "5"}
    assert title(translator(language), "unit.crash_loop", "till.service", facts) == line


def test_values_are_words() -> None:
    facts = {"reach_hop": "gateway", "reach_target": "192.0.2.1"}
    assert dict(named(facts, translator("es"))) == {
        "Qué no se alcanza": "la puerta de enlace",
        "Dirección probada": "192.0.2.1",
    }
    backup = {"backup_name": "books", "backup_kind": "status", "backup_age_s": "", "backup_failed": "1"}
    assert dict(named(backup, translator("en"))) == {
        "Backup": "books",
        "Kind of backup": "a status file",
        "Last run failed": "yes",
    }
