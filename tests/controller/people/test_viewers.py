"""Who may only look is never told to act: an alarm must reach somebody who can take it."""

from dataclasses import replace

import pytest

from controller.core.actor import Role
from controller.core.errors import Invalid
from controller.escalation.told.duty import on_duty
from controller.people import actions, store
from controller.storage import Storage


async def test_a_viewer_is_added_off_duty(storage: Storage) -> None:
    async with storage.unit() as unit:
        made = await actions.add_user(unit, "vera", "Vera", "vera@example.com", role=Role.VIEWER)
    assert not made.on_duty


async def test_a_viewer_is_not_put_on_duty(storage: Storage) -> None:
    async with storage.unit() as unit:
        made = await actions.add_user(unit, "vera", "Vera", "vera@example.com", role=Role.VIEWER)
        with pytest.raises(Invalid, match="on_duty"):
            await actions.change_user(unit, made.id, on_duty=True)
        engineer = await actions.change_user(unit, made.id, role=Role.ENGINEER, on_duty=True)
        assert engineer.on_duty
        assert not (await actions.change_user(unit, made.id, role=Role.VIEWER)).on_duty


async def test_a_viewer_flagged_before_that_was_refused_is_not_told(storage: Storage) -> None:
    """The administrators hear of it instead: it never climbs into the void."""
    async with storage.unit() as unit:
        await actions.add_user(unit, "boss", "Boss", "boss@example.com", role=Role.ADMINISTRATOR, level=3)
        vera = await actions.add_user(unit, "vera", "Vera", "vera@example.com")
        await store.save_user(unit.connection, replace(vera, role=Role.VIEWER))
    async with storage.reading() as connection:
        told = await on_duty(connection, 1, storage.clock.now())
    assert [one.name for one in told] == ["Boss"]
