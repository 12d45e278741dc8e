"""A desk on one database: its queries are others' and tried on both there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.clocks import JumpingClock
from tests.support.desk import Desk, open_desk
from tests.support.stores import fresh_storage


@pytest.fixture
async def desk(tmp_path: Path, clock: JumpingClock) -> AsyncIterator[Desk]:
    async with fresh_storage("sqlite", tmp_path, clock) as storage, open_desk(storage, clock) as made:
        yield made
