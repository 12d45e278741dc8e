"""The minutes before a fault: what an agent recorded is drawn, and nothing it may send breaks a page."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.diagnostics.recording import log_lines, recording, same_as
from controller.web.console.minutes import HEIGHT, WIDTH, shown
from controller.words.catalogue import translator
from tests.support import recordings

FAULT = datetime(2026, 3, 3, 17, 8, 40, tzinfo=UTC)
EN = translator("en")


def told() -> dict[str, bytes]:
    return recordings.items(FAULT)


def test_what_the_agent_recorded_is_drawn_with_the_moment_of_the_fault() -> None:
    items = told()
    found = recording(items["recorder/numbers.json"])
    assert found is not None and found.fault == FAULT and found.fault_s == 900
    lines = log_lines(items["recorder/log.txt"].decode())
    page = shown(found, lines, EN)
    assert [sketch.label for sketch in page.sketches] == [
        "Processor", "Memory", "Busiest disk", "Disks", "Network",
    ]  # fmt: skip
    assert page.fault_x is not None and WIDTH * 0.97 < page.fault_x < WIDTH
    memory = page.sketches[1].curves[0]
    assert len(memory.pieces) == 2, "what nobody saw is a hole, not a bridge"
    points = [point.split(",") for point in memory.pieces[1].split()]
    assert float(points[0][1]) > float(points[-1][1]), "memory in use rises, upwards"
    assert all(0 <= float(y) <= HEIGHT for _, y in points)
    assert len(page.rows) == 16 and len(page.rows[0][1]) == len(page.headings)
    assert [line.after for line in page.lines][-3:] == [False, True, True]
    assert page.lines[-2].source == "kernel" and page.lines[-2].tone == "late"
    assert page.lines[0].text.startswith("connected")


def test_a_fault_from_before_the_recording_has_no_mark() -> None:
    numbers = json.loads(told()["recorder/numbers.json"])
    numbers["fault"] = "2026-03-03T12:00:00+00:00"
    found = recording(json.dumps(numbers).encode())
    assert found is not None and shown(found, (), EN).fault_x is None


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2}, {"began": "2026-03-03"}, {"groups": []},
        {"groups": [{"times": [3, 1], "series": []}]}, {"groups": [{"times": [1e9], "series": []}]},
        {"starts": None},
        {"fault": 5}, {"unreadable": "x"},
        {"groups": [{"times": [0, 5], "series": [{"name": "", "unit": "", "values": [1]}]}]},
    ],
)  # fmt: skip
def test_what_is_no_recording_is_none(change: dict[str, Any]) -> None:
    numbers = json.loads(told()["recorder/numbers.json"])
    assert recording(json.dumps({**numbers, **change}).encode()) is None


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0, 20_000), junk=st.binary(max_size=6))
def test_damage_never_breaks_the_page(place: int, junk: bytes) -> None:
    data = told()["recorder/numbers.json"]
    found = recording(data[:place] + junk + data[place + len(junk) :])
    if found is not None:
        shown(found, log_lines(junk.decode("utf-8", "replace") * 50), EN)


def test_numbers_that_are_none_are_holes() -> None:
    numbers = told()["recorder/numbers.json"].replace(b"null", b"Infinity")
    found = recording(numbers)
    assert found is not None
    assert any(value is None for _, value in found.tracks[0].points)


def test_the_bearer_of_a_shared_recording_is_named() -> None:
    assert str(same_as("6f9619ff-8b86-4d01-b42d-00cf4fc964ff\n")) == "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"
    assert same_as("f-1") is None
