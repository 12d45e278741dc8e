"""What the lab's oracles say is said in the reader's language, by their own code."""

import pytest

from controller.words import sights
from controller.words.catalogue import translator

ES = translator("es")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("step 'imprimir' ended with status 3 after 0.12 s",
         "el paso 'imprimir' terminó con estado 3 a los 0.12 s"),
        ("step 'x' was ended by signal 9 after 2.00 s", "el paso 'x' se terminó con la señal 9 a los 2.00 s"),
        ("the oracle's script was ended at its time limit",
         "el programa que juzga se terminó al llegar a su límite de tiempo"),
        ("the symptom is an exit status of anything but 0",
         "el síntoma es un estado de salida distinto de 0"),
        ("the symptom is taking longer than 2 s, and the step was ended before",
         "el síntoma es tardar más de 2 s, y el paso se terminó antes"),
        ("Se me acabó el papel", "Se me acabó el papel"),
    ],
)  # fmt: skip
def test_a_known_sentence_is_translated_and_any_other_stays(said: str, shown: str) -> None:
    assert sights.told(ES, said) == shown
    assert sights.told(translator("en"), said) == said


def test_every_sentence_is_in_spanish() -> None:
    assert not [one for one in (*sights.SENTENCES, *sights.ENDINGS) if ES._(one) == one]
