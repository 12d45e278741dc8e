"""Doors that many push at once, and a link that outlived its purpose."""

import asyncio

import pytest

from controller.core.actor import Role
from controller.core.errors import Refused, TooMuch
from controller.people import actions
from controller.storage import Storage

PASSWORD = "correct horse"


async def test_the_first_link_opens_nothing_once_there_is_an_administrator(storage: Storage) -> None:
    """Another administrator was added by command meanwhile and has chosen a password."""
    async with storage.unit() as unit:
        first = await actions.issue_link(unit, None)
        boss = await actions.add_user(unit, "boss", "Boss", "boss@example.com", role=Role.ADMINISTRATOR)
        own = await actions.issue_link(unit, boss.id)
    await actions.use_link(storage, own, PASSWORD)
    with pytest.raises(Refused):
        await actions.use_link(storage, first, PASSWORD, login="eve", name="Eve", email="eve@example.com")


async def test_thirty_attempts_at_once_are_five(storage: Storage) -> None:
    async def attempt() -> type[BaseException]:
        try:
            await actions.sign_in(storage, "ana", "wrong password", "192.0.2.1")
        except (Refused, TooMuch) as error:
            return type(error)
        raise AssertionError("nobody has that password")

    outcomes = await asyncio.gather(*(attempt() for _ in range(30)))
    assert outcomes.count(Refused) == actions.ATTEMPTS_PER_ACCOUNT


async def test_guessing_the_present_password_is_limited_too(storage: Storage) -> None:
    async with storage.unit() as unit:
        ana = await actions.add_user(unit, "ana", "Ana", "ana@example.com")
        link = await actions.issue_link(unit, ana.id)
    await actions.use_link(storage, link, PASSWORD)
    for _ in range(actions.ATTEMPTS_PER_ACCOUNT):
        with pytest.raises(Refused):
            await actions.change_password(storage, ana.id, "wrong password", "another good one")
    with pytest.raises(TooMuch):
        await actions.change_password(storage, ana.id, PASSWORD, "another good one")
