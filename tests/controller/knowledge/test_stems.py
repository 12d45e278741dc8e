"""Words as people type them meet words as they are written."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.knowledge.search.question import question, score
from controller.knowledge.search.stems import filed, stems_of, words_of


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("impresion", "impresión"),
        ("imprimian", "imprimían"),
        ("imprimian", "imprimir"),
        ("impresion", "imprimir"),
        ("IMPRESORAS", "imprime"),
        ("contrasena", "contraseña"),
        ("imprimira", "imprimirá"),
        ("todavia", "todavía"),
        ("conexion", "conectar"),
        ("cierra", "cerrar"),
        ("configuracion", "configuraciones"),
        ("tenia", "tenía"),
    ],
)
def test_what_is_typed_without_accents_or_in_another_form_is_the_same_word(typed: str, written: str) -> None:
    assert stems_of(typed.lower(), "es") & stems_of(written, "es")
    assert stems_of(written, "es") & stems_of(typed.lower(), "es"), "whichever of them the article has"


def test_other_words_stay_other_words() -> None:
    assert not stems_of("impresora", "es") & stems_of("empresa", "es")
    assert not stems_of("red", "es") & stems_of("redacción", "es")


def test_english_endings_come_off_in_english() -> None:
    assert stems_of("printing", "en") & stems_of("printed", "en")
    assert stems_of("connections", "en") & stems_of("connection", "en")


def test_words_that_tell_nothing_ask_for_nothing() -> None:
    assert question("no me lo hace", "es").words == ()
    assert question("¿¡!?  ... \x00", "es").words == ()


def test_an_error_code_is_a_word_as_it_stands() -> None:
    assert question("error 0x0000011b", "es").words[1] == {"0x0000011b"}


def test_the_title_weighs_more_than_the_symptom_and_that_more_than_the_rest() -> None:
    asked = question("impresora atascada", "es")
    word = filed("impresora", "es")
    assert score(asked, (word, "", "")) > score(asked, ("", word, "")) > score(asked, ("", "", word)) > 0


def test_half_of_the_words_must_be_there() -> None:
    asked = question("impresora láser del almacén grande", "es")
    assert score(asked, (filed("impresora", "es"), "", "")) == 0
    assert score(asked, (filed("impresora láser", "es"), "", "")) > 0


@given(st.text(max_size=300))
def test_no_text_gives_a_stem_with_a_meaning_for_a_database(text: str) -> None:
    for language in ("es", "en"):
        for word in words_of(text):
            assert all(re.fullmatch(r"[a-z0-9]+", stem) for stem in stems_of(word, language))
        assert question(text, language).stems <= {s for w in words_of(text) for s in stems_of(w, language)}
