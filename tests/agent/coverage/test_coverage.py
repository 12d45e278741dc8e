"""What is watched is declared once: the page, the command, the rules and the collectors say the same."""

import json
from pathlib import Path

import pytest

from agent.clock import SystemClock
from agent.collectors import ALL as COLLECTORS
from agent.collectors import look, of_system
from agent.coverage import ROWS, Row
from agent.coverage.here import ASIDE, State, as_json, as_lines, seen
from agent.coverage.page import page
from agent.rules import ALL as RULES
from agent.signals import Gap, Metric, Reading
from tests.agent.collectors.answers import Answers
from tests.agent.collectors.building import built
from tests.agent.collectors.machine import ANSWERS, machine
from tests.agent.rules.story import START

PAGE = Path(__file__).parents[3] / "docs/coverage.md"
DISKS = Row(
    ("Disks", "Discos"), ("disk:smart",), ("smart.failed",), "x", tells=("hw.status",), unseen=("b", "c")
)


def test_the_page_is_the_one_that_the_declarations_make() -> None:
    """When they change: vigia-agent coverage --page > docs/coverage.md"""
    assert PAGE.read_text() == page(ROWS)


def test_every_rule_and_every_collector_has_a_row_and_no_row_names_another() -> None:
    assert {rule.id for rule in RULES} == {rule for row in ROWS for rule in row.rules}
    named = {collector for row in ROWS for collector in row.collectors}
    every = {one.name for system in ("linux", "win32", "darwin") for one in of_system(system)}
    assert every == named - {"watch", *ASIDE}
    assert {one.name for one in COLLECTORS} <= every


def test_a_rule_is_in_a_row_whose_collector_it_reads() -> None:
    reads = {rule.id: rule.reads for rule in RULES}
    for row in ROWS:
        brought = {collector.partition(":")[0] for collector in row.collectors}
        assert {reads[rule] for rule in row.rules} <= brought, row.title[0]


def test_both_languages_say_something_in_each_row_and_no_title_twice() -> None:
    for language in (0, 1):
        assert len({row.title[language] for row in ROWS}) == len(ROWS)
    assert all(bool(row.unseen[0]) == bool(row.unseen[1]) for row in ROWS)
    assert all(row.linux for row in ROWS)


def test_what_nothing_reads_on_a_system_is_unknown_and_the_rest_is_marked() -> None:
    lines = [line for line in page(ROWS).splitlines() if line.startswith("| ")][1 : len(ROWS) + 1]
    for row, line in zip(ROWS, lines, strict=True):
        for system, cell in zip(("windows", "macos"), line.split(" | ")[2:4], strict=True):
            told = cell.endswith("(not yet proven there)") if system in row.unproven else "unknown" in cell
            assert told, line


@pytest.mark.parametrize(("system", "platform"), [("windows", "win32"), ("macos", "darwin")])
def test_what_is_marked_as_read_on_a_system_has_a_collector_there(system: str, platform: str) -> None:
    present = {one.name for one in of_system(platform)}
    for row in ROWS:
        if system in row.unproven:
            assert (present | set(ASIDE)) & set(row.collectors), row.title[0]


@pytest.mark.parametrize(
    ("metrics", "gaps", "state"),
    [
        (("hw.status",), (), State.WATCHED),
        (("hw.status",), ("sdb: no answer",), State.PARTLY),
        (("hw.errors",), ("smartctl is not installed",), State.UNKNOWN),
        (("hw.errors",), (), State.ABSENT),
        ((), (), State.ABSENT),
    ],
)
def test_a_gap_is_unknown_and_nothing_is_absent(
    metrics: tuple[str, ...], gaps: tuple[str, ...], state: State
) -> None:
    reading = Reading(
        "disk:smart",
        START,
        0.0,
        tuple(Metric(name, 1.0, "1") for name in metrics),
        tuple(Gap("disk:smart", reason) for reason in gaps),
    )
    (one,) = seen([DISKS], [reading])
    assert (one.state, one.why) == (state, gaps)


def test_people_read_the_reason_and_programs_the_state() -> None:
    reading = Reading("disk:smart", START, 0.0, gaps=(Gap("disk:smart", "smartctl: \x1b[31mgone"),))
    found = seen([DISKS], [reading])
    assert as_lines(found, "es") == [
        "Desconocido, ni bien ni mal, porque no se puede leer:",
        "  - Discos",
        "      ? smartctl: \ufffd[31mgone",
        "",
        "Lo que no se ve en ningún equipo:",
        "  - Discos: c",
    ]
    assert json.loads(as_json(found))[0]["state"] == "unknown"


def test_a_machine_that_has_everything_is_watched_in_every_row(tmp_path: Path) -> None:
    """But for what nobody configured."""
    here = machine(tmp_path)
    clock = SystemClock()
    readings = []
    for one in COLLECTORS:
        collector = built(one, here, Answers(ANSWERS))
        look(collector, clock)
        readings.append(look(collector, clock))
    states = {one.row.title[0]: one.state for one in seen(ROWS, readings)}
    unwatched = {title for title, state in states.items() if state is not State.WATCHED}
    assert unwatched == {"Services that a contract names", "Certificates", "Backups"}
