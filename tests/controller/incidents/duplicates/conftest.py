"""One database is enough here: what differs between the two is tried where rows are."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.core.chance import SeededChance
from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.stores import fresh_storage


@pytest.fixture
async def storage(tmp_path: Path, clock: JumpingClock, chance: SeededChance) -> AsyncIterator[Storage]:
    async with fresh_storage("sqlite", tmp_path, clock, chance) as made:
        yield made
