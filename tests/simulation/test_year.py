"""Two weeks in `make test`, a year in `make faults`: what must hold each day holds, both counts agree, and
the seed lives the same again."""

import ast
import json
import os
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from controller.escalation import agenda
from tests.simulation.year import RECOUNT, live


def test_the_second_script_knows_nothing_of_ours() -> None:
    """Standard library only, and not even its own neighbours."""
    tree = ast.parse(RECOUNT.read_text(encoding="utf-8"))
    names = {
        (node.module or "").split(".")[0] if isinstance(node, ast.ImportFrom) else node.names[0].name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert names <= {"json", "sys", "bisect", "collections", "datetime", "functools", "typing", "zoneinfo"}


async def test_two_weeks_of_support(tmp_path: Path) -> None:
    """Three customers, three plans, an outage, a clock that is set, two contracts that change, and a process
    that dies in the middle of a unit once in a hundred times."""
    lived = await live(tmp_path, seed=11, days=14, incidents=30, one_in=100)
    print(f"seed {lived.seed}, digest {lived.digest}")
    assert lived.incidents == 30
    assert lived.days_looked_at >= 13
    assert lived.outages >= 1
    assert lived.deaths >= 3
    assert lived.rebuilt == 0, "no timer was ever missing"
    assert lived.steps > 30
    assert json.loads(json.dumps(lived.ours)) == lived.theirs


async def test_it_is_lived_alike_with_and_without_agendas(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the engine knew beforehand and what it reads of the clocks at each deadline leave one history."""
    lived = []
    for name, trusted in (("with", True), ("without", False)):
        whole, asked = agenda.holds, list[bool]()

        def holds(*given: Any, whole: Any = whole, trusted: bool = trusted, asked: Any = asked) -> bool:
            asked.append(whole(*given))
            return trusted and asked[-1]

        (tmp_path / name).mkdir()
        with monkeypatch.context() as patched:
            patched.setattr(agenda, "holds", holds)
            lived.append(await live(tmp_path / name, seed=11, days=4, incidents=8, one_in=10**9))
        assert asked.count(True) > 10
    assert lived[0].digest == lived[1].digest
    assert lived[0].notices == lived[1].notices


@pytest.mark.faults
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_a_year_of_support(tmp_path: Path, backend: str) -> None:
    """VIGIA_STORIES sets how many incidents; VIGIA_STORIES_SEED lives a certain year again."""
    seed = int(os.environ.get("VIGIA_STORIES_SEED") or SystemRandom().randrange(2**32))
    print(f"seed {seed}")
    count = int(os.environ.get("VIGIA_STORIES", "3000" if backend == "sqlite" else "600"))
    lived = await live(tmp_path, seed=seed, days=365, incidents=count, backend=backend)
    print(lived)
    assert lived.rebuilt == 0
    assert lived.ours == lived.theirs


@pytest.mark.faults
async def test_the_seed_lives_the_same_year_again(tmp_path: Path) -> None:
    first, second = [
        await live(tmp_path, seed=5, days=60, incidents=150, one_in=80) for _ in range(2)
    ]  # fmt: skip
    assert (first.digest, first.deaths, first.ours) == (second.digest, second.deaths, second.ours)
