"""The commands' door over a desk, on both databases."""

from collections.abc import AsyncIterator

import pytest

from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.control import Control, open_control
from tests.support.desk import open_desk


@pytest.fixture
async def control(storage: Storage, clock: JumpingClock) -> AsyncIterator[Control]:
    async with open_desk(storage, clock) as desk, open_control(desk) as made:
        yield made
