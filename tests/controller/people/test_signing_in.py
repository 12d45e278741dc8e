"""How staff get in, and how others do not: links used once, limits per minute, one answer for every no."""

from datetime import timedelta

import pytest

from controller.core.actor import Role
from controller.core.errors import Conflict, Invalid, Refused, TooMuch
from controller.people import actions, store
from controller.people.user import User
from controller.storage import Storage
from tests.support.clocks import JumpingClock

PASSWORD = "correct horse"


async def ana(storage: Storage) -> User:
    async with storage.unit() as unit:
        token = await actions.issue_link(unit, None)
    return await actions.use_link(
        storage, token, PASSWORD, login="Ana", name="Ana Ruiz", email="ana@example.com"
    )


async def test_the_first_administrator_is_made_by_a_link_that_works_once(storage: Storage) -> None:
    async with storage.unit() as unit:
        token = await actions.issue_link(unit, None)
    with pytest.raises(Invalid, match="password: has 5 characters"):
        await actions.use_link(storage, token, "short", login="ana", name="Ana", email="ana@example.com")
    with pytest.raises(Invalid, match="email"):
        await actions.use_link(storage, token, PASSWORD, login="ana", name="Ana", email="ana")
    made = await actions.use_link(storage, token, PASSWORD, login="ana", name="Ana", email="ana@example.com")
    assert made.role is Role.ADMINISTRATOR
    with pytest.raises(Refused):
        await actions.use_link(storage, token, PASSWORD, login="eve", name="Eve", email="eve@example.com")
    async with storage.unit() as unit:
        with pytest.raises(Conflict):
            await actions.issue_link(unit, None)


async def test_a_link_dies_after_a_day_and_when_a_newer_one_is_issued(
    storage: Storage, clock: JumpingClock
) -> None:
    async with storage.unit() as unit:
        older = await actions.issue_link(unit, None)
    async with storage.unit() as unit:
        newer = await actions.issue_link(unit, None)
    with pytest.raises(Refused):
        await actions.link_owner(storage, older)
    assert await actions.link_owner(storage, newer) is None
    await clock.jump(timedelta(hours=24))
    with pytest.raises(Refused):
        await actions.link_owner(storage, newer)


async def test_every_refusal_has_the_same_words(storage: Storage, clock: JumpingClock) -> None:
    """Wrong password, unknown login and a deactivated account cannot be told apart."""
    person = await ana(storage)
    said = set()
    for login, password in (("ana", "wrong password"), ("nobody", PASSWORD)):
        with pytest.raises(Refused) as refused:
            await actions.sign_in(storage, login, password, "192.0.2.1")
        said.add(str(refused.value))
    async with storage.unit() as unit:
        await actions.add_user(unit, "eva", "Eva", "eva@example.com", role=Role.ADMINISTRATOR)
        await actions.change_user(unit, person.id, active=False)
    with pytest.raises(Refused) as refused:
        await actions.sign_in(storage, "ana", PASSWORD, "192.0.2.1")
    said.add(str(refused.value))
    assert len(said) == 1


async def test_the_sixth_attempt_in_a_minute_waits_and_then_works(
    storage: Storage, clock: JumpingClock
) -> None:
    await ana(storage)
    for _ in range(5):
        with pytest.raises(Refused):
            await actions.sign_in(storage, "ana", "wrong password", "192.0.2.1")
    with pytest.raises(TooMuch) as waits:
        await actions.sign_in(storage, "ana", PASSWORD, "192.0.2.9")
    await clock.jump(timedelta(seconds=waits.value.retry_after_s))
    token, _ = await actions.sign_in(storage, "ANA ", PASSWORD, "192.0.2.9")
    assert await actions.session_of(storage, token)


async def test_a_session_lives_while_it_is_used_and_a_week_at_most(
    storage: Storage, clock: JumpingClock
) -> None:
    person = await ana(storage)
    token, _ = await actions.start_session(storage, person)
    for _ in range(15):
        await clock.jump(timedelta(hours=11))
        assert await actions.session_of(storage, token)
    await clock.jump(timedelta(hours=11))
    assert await actions.session_of(storage, token) is None
    other, _ = await actions.start_session(storage, person)
    await actions.sign_out(storage, other)
    assert await actions.session_of(storage, other) is None


async def test_no_secret_is_kept_as_it_is(storage: Storage) -> None:
    """The database holds neither tokens nor passwords, so that a copy of it opens no door."""
    person = await ana(storage)
    token, _ = await actions.start_session(storage, person)
    async with storage.reading() as connection:
        stored = await store.password_hash(connection, person.id)
        assert stored is not None
        assert PASSWORD not in stored
        rows = [str(row) for row in await connection.execute(store.sessions_table.select())]
    assert rows
    assert all(token not in row for row in rows)


async def test_who_is_on_duty_is_asked_by_level(storage: Storage) -> None:
    async with storage.unit() as unit:
        await actions.add_user(unit, "eva", "Eva", "eva@example.com", level=2)
        leo = await actions.add_user(unit, "leo", "Leo", "leo@example.com", level=2, on_duty=False)
        with pytest.raises(Conflict):
            await actions.add_user(unit, "EVA", "Another", "other@example.com")
    async with storage.reading() as connection:
        assert [person.login for person in await store.on_duty(connection, 2)] == ["eva"]
        assert await store.on_duty(connection, 1) == ()
    async with storage.unit() as unit:
        await actions.change_user(unit, leo.id, on_duty=True)
    async with storage.reading() as connection:
        assert [person.login for person in await store.on_duty(connection, 2)] == ["eva", "leo"]
