"""Every word of duty is in both languages, and sentences agree with what they count."""

import gettext
from datetime import timedelta
from pathlib import Path

import pytest

from controller.words import duty
from controller.words.catalogue import translator

ES = translator("es")
_FOLDER = Path(duty.__file__).parent / "locale" / "es" / "LC_MESSAGES"


@pytest.mark.parametrize("table", ["GAPS", "REACTED", "REFUSALS", "FIELDS"])
def test_every_sentence_is_translated(table: str) -> None:
    known: set[str] = set()
    for path in _FOLDER.glob("*.mo"):
        with path.open("rb") as file:
            known |= {key for key in gettext.GNUTranslations(file)._catalog if isinstance(key, str)}  # type: ignore[attr-defined]
    found = getattr(duty, table)
    assert [one for one in (found.values() if isinstance(found, dict) else found) if one not in known] == []


def test_who_is_waited_for() -> None:
    """One, two, many."""
    assert duty.waiting(ES, ("Ana",), "03:10") == "espera la confirmación de Ana desde 03:10"
    assert duty.waiting(ES, ("Ana", "Luis"), "03:10").endswith("Ana y 1 persona más desde 03:10")
    assert duty.waiting(ES, ("Ana", "Luis", "Eva"), "03:10").endswith("Ana y 2 personas más desde 03:10")


def test_how_long_a_level_took() -> None:
    """Nobody, somebody."""
    minutes = timedelta(minutes=7)
    assert duty.reaction(ES, 2, "", None, "", minutes) == (
        "nivel 2: no se avisó a nadie; nadie ha actuado en 7 min"
    )
    assert duty.reaction(translator("en"), 1, "Ana (03:10)", "acknowledged", "Ana", minutes) == (
        "level 1: told: Ana (03:10); Ana acknowledged it after 7 min"
    )
