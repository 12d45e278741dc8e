"""Fixtures that every room's tests share: a clock that jumps, chance with a seed, both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.core.chance import SeededChance
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.stores import BACKENDS, fresh_storage


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def chance() -> SeededChance:
    return SeededChance(20260302)


@pytest.fixture(params=BACKENDS)
async def storage(
    request: pytest.FixtureRequest, tmp_path: Path, clock: JumpingClock, chance: SeededChance
) -> AsyncIterator[Storage]:
    """An empty database with all tables, once on SQLite and once on PostgreSQL."""
    async with fresh_storage(request.param, tmp_path, clock, chance) as made:
        yield made
