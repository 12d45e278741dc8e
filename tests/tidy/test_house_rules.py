"""Rules of style that a machine can count: a file is a page, and no room is a drawer for odds and ends."""

import re
from pathlib import Path

from tests.tidy.written import ROOT, text_of, written

LINES_MAX = 400
DRAWERS = {"utils", "util", "helpers", "helper", "common", "base", "manager", "service", "misc", "tools"}


def test_no_file_is_longer_than_anyone_can_hold_in_mind() -> None:
    """Most end between 60 and 200 lines; beyond 400 it is two nouns. Steps of the database are lists."""
    lengths = {_name(path): len(text_of(path).splitlines()) for path in written("*.py")}
    lengths = {name: lines for name, lines in lengths.items() if "/migrations/versions/" not in name}
    assert {name: lines for name, lines in lengths.items() if lines > LINES_MAX} == {}


def test_no_module_is_named_after_nothing() -> None:
    """A room that outgrows one sitting is split by noun (house.md)."""
    assert [_name(path) for path in written("*.py") if {path.stem, path.parent.name} & DRAWERS] == []


def test_every_room_has_its_brass_plate() -> None:
    """Each ``__init__.py`` of a program says what lives there and what it never does."""
    plates = written(
        "agent/**/__init__.py", "controller/**/__init__.py", "evidence/**/__init__.py", "lab/**/__init__.py"
    )
    bare = [path for path in plates if not text_of(path).lstrip().startswith('"""')]
    assert [_name(path) for path in bare] == []


def test_no_test_waits_by_the_wall_clock() -> None:
    """Clocks are injected; what waits for a real program polls it with a deadline, in tests/support."""
    sleeps = re.compile(r"\btime\.sleep\(")
    waiting = [path for path in written("tests/**/test_*.py") if sleeps.search(_without_strings(path))]
    assert [_name(path) for path in waiting] == []


def _without_strings(path: Path) -> str:
    """A test may hand a program that sleeps to another process as text."""
    return re.sub(r"""(?s)(\"\"\".*?\"\"\"|"[^"\n]*"|'[^'\n]*')""", '""', text_of(path))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
