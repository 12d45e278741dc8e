"""Untrusted text cannot hide anything from the reader's eye."""

from hypothesis import given
from hypothesis import strategies as st

from controller.web.visible import visible


def test_control_bidi_and_invisible_characters_are_written_out() -> None:
    assert visible("a\x00b\u202ec\u200bd\r") == "a\\x00b\\u202ec\\u200bd\\x0d"


def test_lines_tabs_and_accents_stay() -> None:
    assert visible("uno\r\ndos\ttrés ñ 日本") == "uno\ndos\ttrés ñ 日本"


def test_colours_are_dropped() -> None:
    assert visible("\x1b[1;31mrojo\x1b[0m") == "rojo"


@given(st.text())
def test_what_comes_out_can_always_be_sent_and_hides_nothing(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert not any(ord(sign) < 32 and sign not in "\n\t" for sign in shown)
    assert visible(shown) == shown
