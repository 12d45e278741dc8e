"""What a terminal showed is kept with its times, without its secrets, in a format that players know."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import TranscriptUnreadable
from evidence.redact import Redactor
from evidence.transcript import (
    Event,
    Transcript,
    TranscriptWriter,
    redacted,
    transcript_from_asciicast,
    transcript_to_asciicast,
)

AT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECRET = "hunter" + "2-" + "Zq81xw"


def redactor() -> Redactor:
    return Redactor(b"s" * 16)


def test_players_find_a_header_and_an_event_a_line() -> None:
    writer = TranscriptWriter(AT, "printing")
    writer.mark(0.0, "print")
    writer.output(0.25, b"one\ntwo\n")
    lines = transcript_to_asciicast(writer.finish()).decode().splitlines()
    assert json.loads(lines[0]) == {
        "version": 2, "width": 100, "height": 30, "timestamp": int(AT.timestamp()), "title": "printing",
    }  # fmt: skip
    assert [json.loads(line) for line in lines[1:]] == [[0.0, "m", "print"], [0.25, "o", "one\r\ntwo\r\n"]]


def test_a_character_cut_in_two_is_whole_again() -> None:
    writer = TranscriptWriter(AT)
    for position, byte in enumerate("año €".encode()):
        writer.output(position / 10, bytes([byte]))
    assert writer.finish().text == "año €"


def test_a_secret_written_in_two_halves_is_masked_and_the_times_stay() -> None:
    """A pipe cuts where it likes; half a password is half a leak."""
    writer = TranscriptWriter(AT)
    halves = f"password={SECRET[:4]}", f"{SECRET[4:]}\n"
    for at_s, text in ((0.1, "before\n"), (1.0, halves[0]), (2.0, halves[1]), (3.0, "after\n")):
        writer.output(at_s, text.encode())
    clean, counts = redacted(writer.finish(), redactor())
    assert SECRET[:4] not in clean.text and SECRET[4:] not in clean.text
    assert clean.text.startswith("before\r\npassword=[redacted:") and clean.text.endswith("]\r\nafter\r\n")
    assert [event.at_s for event in clean.events] == [0.1, 1.0, 2.0, 3.0]
    assert sum(counts.values()) == 1


def test_a_secret_known_from_its_label_is_masked_where_it_stands_without_one() -> None:
    writer = TranscriptWriter(AT)
    writer.output(0.0, f"password={SECRET}\nlogin {SECRET} refused\n".encode())
    clean, counts = redacted(writer.finish(), redactor())
    assert SECRET not in clean.text
    assert sum(counts.values()) == 2


def test_a_secret_in_a_command_line_is_masked_in_title_and_marker_too() -> None:
    writer = TranscriptWriter(AT, f"mysql --password={SECRET}")
    writer.mark(0.0, f"mysql --password={SECRET}")
    clean, _ = redacted(writer.finish(), redactor())
    assert SECRET not in transcript_to_asciicast(clean).decode()


def test_what_babbles_is_cut_and_counted() -> None:
    writer = TranscriptWriter(AT, most_bytes=10)
    writer.output(0.0, b"x" * 25)
    assert writer.finish().text == "x" * 10
    assert writer.dropped_bytes == 15


def test_a_line_of_ours_begins_at_the_margin() -> None:
    writer = TranscriptWriter(AT)
    writer.output(0.0, b"no line end")
    writer.say(1.0, "exit status 1")
    assert writer.finish().text == "no line end\r\nexit status 1\r\n"


def test_time_never_runs_backwards() -> None:
    writer = TranscriptWriter(AT)
    writer.output(2.0, b"a")
    writer.output(1.0, b"b")
    assert [event.at_s for event in writer.finish().events] == [2.0, 2.0]


@given(st.lists(st.tuples(st.floats(0, 9), st.text(st.characters(codec="utf-8"), max_size=20)), max_size=15))
def test_a_transcript_survives_its_file_and_harmless_words_survive_redaction(
    pairs: list[tuple[float, str]],
) -> None:
    events = tuple(Event(round(at_s, 6), "o", text) for at_s, text in sorted(pairs))
    made = Transcript(AT, events, "title")
    assert transcript_from_asciicast(transcript_to_asciicast(made)) == made
    clean, _ = redacted(made, redactor())
    assert len(clean.text) > 0 or not made.text


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b'{"version": 1}', 1),
        (b'{"version": 2, "width": 0, "height": 3}', 1),
        (b'{"version": 2, "width": 80, "height": 24}\n[1, "o", "a"]\n[0.5, "o", "b"]', 3),
        (b'{"version": 2, "width": 80, "height": 24}\n[NaN, "o", "a"]', 2),
        (b'{"version": 2, "width": 80, "height": 24}\n' + b"[" * 100_000, 2),
        (b"x" * (4 * 1024 * 1024 + 1), 0),
    ],
)
def test_another_file_is_refused_by_its_line(data: bytes, line: int) -> None:
    with pytest.raises(TranscriptUnreadable) as refused:
        transcript_from_asciicast(data)
    assert refused.value.line == line
