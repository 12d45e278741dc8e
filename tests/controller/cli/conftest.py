"""Real commands before a real controller's socket. One database is enough: the API's tests use both."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.core.chance import SeededChance
from tests.support.clocks import JumpingClock
from tests.support.control import Control, open_control
from tests.support.desk import open_desk
from tests.support.stores import fresh_storage


@pytest.fixture
async def control(tmp_path: Path, clock: JumpingClock, chance: SeededChance) -> AsyncIterator[Control]:
    async with (
        fresh_storage("sqlite", tmp_path, clock, chance) as storage,
        open_desk(storage, clock) as desk,
        open_control(desk) as made,
    ):
        yield made
