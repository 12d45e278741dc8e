"""A station on both databases, on the machine's own clock: gRPC's waits are real ones."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from controller.core.chance import SeededChance
from controller.core.clock import SystemClock
from controller.storage import Storage
from tests.support.stations import Station, running_station
from tests.support.stores import BACKENDS, fresh_storage


@pytest.fixture(params=BACKENDS)
async def real_storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    async with fresh_storage(request.param, tmp_path, SystemClock(), SeededChance(7)) as made:
        yield made


@pytest.fixture
async def station(real_storage: Storage, tmp_path: Path) -> AsyncIterator[Station]:
    async with running_station(real_storage, tmp_path) as made:
        yield made
