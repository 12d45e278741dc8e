"""What people read of a finding about hardware: the line, the facts by name, in both languages."""

import pytest

from agent.rules.hardware import HARDWARE
from controller.words.catalogue import translator
from controller.words.facts import NAMES, named
from controller.words.rules import remedy, title

MD = {
    "array_name": "md0",
    "array_kind": "md",
    "array_level": "raid1",
    "array_state": "degraded",
    "members_count": "2",
    "members_working": "1",
    "members_failed": "sdb1",
    "redundancy_left": "0",
    "rebuilt_ratio": "",
}


@pytest.mark.parametrize("rule", HARDWARE, ids=lambda rule: rule.id)
def test_every_fact_has_a_name_and_every_rule_something_to_do(rule: object) -> None:
    assert set(rule.FACTS) <= set(NAMES)  # type: ignore[attr-defined]
    assert remedy(translator("es"), rule.id) != remedy(translator("es"), "no.such.rule")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "Array md0: disks that work, 1 of 2"),
        ("es", "Conjunto md0: discos que funcionan, 1 de 2"),
    ],
)
def test_an_array_is_told_with_its_numbers(language: str, line: str) -> None:
    assert title(translator(language), "raid.degraded", "md0", MD) == line


def test_facts_are_named_and_states_are_words() -> None:
    spanish = dict(named(MD, translator("es")))
    assert spanish["Estado del conjunto"] == "degradado"
    assert spanish["Discos perdidos"] == "sdb1"
    assert "Reconstruido" not in spanish, "it is not being rebuilt"
    hot = {"disk_name": "sda", "temperature_celsius": "61.5", "disk_redundant": "1"}
    assert dict(named(hot, translator("en"))) == {
        "Disk": "sda",
        "Temperature": "61.5 °C",
        "Its data is elsewhere too": "yes",
    }
