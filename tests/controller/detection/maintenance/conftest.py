"""A desk for every test of this room, on both databases."""

from collections.abc import AsyncIterator

import pytest

from controller.storage import Storage
from tests.support.clocks import JumpingClock
from tests.support.desk import Desk, open_desk


@pytest.fixture
async def desk(storage: Storage, clock: JumpingClock) -> AsyncIterator[Desk]:
    async with open_desk(storage, clock) as made:
        yield made
