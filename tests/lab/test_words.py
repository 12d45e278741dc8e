"""Whatever the lab says to people it says in both languages, with the same facts."""

import ast
import string
from pathlib import Path

import pytest

from evidence.rate import Rate
from lab.words import SPANISH, language_of, say_rate, told
from tests.tidy.written import ROOT


def said() -> set[str]:
    """Every text that the commands hand to `say`."""
    found: set[str] = set()
    for path in sorted(Path(ROOT / "lab" / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
                texts = [one for argument in node.args[:1] for one in ast.walk(argument)]
                found |= {
                    one.value for one in texts if isinstance(one, ast.Constant) and isinstance(one.value, str)
                }
    return found


def facts(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_nothing_is_said_in_english_alone() -> None:
    assert len(said()) > 60
    assert said() - set(SPANISH) == set()


@pytest.mark.parametrize("english", sorted(SPANISH))
def test_both_languages_tell_the_same_facts(english: str) -> None:
    assert facts(english) == facts(SPANISH[english])


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_MX.UTF-8"}, "es"),
        ({"LC_ALL": "C", "LANG": "es_ES"}, "en"),
        ({"LANG": "fr"}, "en"),
    ],
)
def test_the_language_is_the_users(variables: dict[str, str], language: str) -> None:
    assert language_of(variables) == language


def test_a_sentence_is_filled_in_either_language() -> None:
    assert told("es", "{count} differences", count=3) == "3 diferencias"
    assert told("en", "{count} differences", count=3) == "3 differences"
    assert told("es", "not a sentence of ours") == "not a sentence of ours"


def test_a_rate_is_said() -> None:
    assert say_rate(Rate(7, 20)) == "7 of 20, 18-57 %"
