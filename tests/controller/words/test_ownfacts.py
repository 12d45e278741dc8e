"""What the controller itself found is told with names that people read, in both languages."""

from controller.fleet.machine import GoodbyeReason
from controller.words.catalogue import translator
from controller.words.facts import NAMES, named
from controller.words.ownfacts import INSTANTS, OWN_NAMES, OWN_VALUES

SILENCE = {
    "machine": "obrador",
    "goodbye": "",
    "cause": "machine_dead",
    "witnesses": "caja-1",
    "silent_s": "80",
    "last_heard_at": "2026-03-03T17:58:40+00:00",
}


def test_a_silence_is_told_in_the_readers_words_and_zone() -> None:
    """The machine's name stands above the list; an instant is one of the reader's day."""
    assert named(SILENCE, translator("es"), "America/Mexico_City") == [
        ("Causa", "el equipo no responde"),
        ("Visto por", "caja-1"),
        ("En silencio desde hace", "1 min 20 s"),
        ("Última señal", "3 mar 2026, 11:58:40 CST"),
    ]
    assert ("Last heard", "3 Mar 2026, 17:58:40 UTC") in named(SILENCE, translator("en"))


def test_an_instant_that_is_none_is_shown_as_it_came() -> None:
    assert named({"last_heard_at": "yesterday"}, translator("en")) == [("Last heard", "yesterday")]


def test_every_name_and_value_is_said_in_spanish() -> None:
    spanish = translator("es")
    said = {*OWN_NAMES.values(), *(value for of in OWN_VALUES.values() for value in of.values())}
    assert {name for name in said if spanish._(name) == name} == set()
    assert set(NAMES) >= INSTANTS
    assert set(OWN_VALUES["goodbye"]) >= {reason.value for reason in GoodbyeReason}
