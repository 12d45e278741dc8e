"""Both languages say the same: the same facts in both, none empty, and the language follows the user."""

import string

import pytest

from agent.words import WORDS, language_of


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_name_the_same_facts(key: str) -> None:
    english, spanish = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in WORDS[key]
    )
    assert english == spanish
    assert all(WORDS[key])


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "en"),
        ({"LANG": "es_ES.UTF-8"}, "es"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LC_ALL": "es_AR"}, "es"),
        ({"LANG": "es_ES", "LC_ALL": "C"}, "en"),
    ],
)
def test_the_language_is_the_users(environment: dict[str, str], language: str) -> None:
    assert language_of(environment) == language
