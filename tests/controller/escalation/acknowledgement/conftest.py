"""The desk, where people are asked to acknowledge as everywhere."""

import pytest

from controller.escalation.rota.actions import set_schedule
from tests.support.desk import Desk


@pytest.fixture
async def desk(desk: Desk) -> Desk:
    async with desk.storage.unit(desk.root.actor) as unit:
        await set_schedule(unit, "")
    return desk
