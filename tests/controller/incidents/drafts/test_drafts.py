"""What is being written is kept for its writer until it is sent."""

from datetime import timedelta

import pytest

from controller.core.errors import Invalid, Refused
from controller.incidents import actions
from controller.incidents.case import Incident
from controller.incidents.drafts import store
from controller.incidents.drafts.draft import Draft
from controller.people.contacts import store as contacts
from controller.people.user import User
from tests.support.desk import Desk


async def saved(desk: Desk, user: User, case: Incident, act: str, **typed: str) -> bool:
    async with desk.storage.unit(user.actor) as unit:
        return await actions.save_draft(unit, case.id, act, typed)


async def draft(desk: Desk, user: User, case: Incident) -> Draft | None:
    async with desk.storage.reading() as connection:
        return await store.draft_of(connection, case.id, user.id)


async def test_each_has_one_and_the_last_word_counts(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    assert await saved(desk, desk.luis, case, "respond", body="Buenos", channel="phone", csrf="secret")
    desk.clock.set(desk.clock.now() + timedelta(seconds=3))
    assert not await saved(desk, desk.luis, case, "respond", body="Buenos días", channel="phone")
    assert await saved(desk, desk.ana, case, "note", body="Mine")
    found = await draft(desk, desk.luis, case)
    assert found is not None
    assert (found.act, dict(found.typed)) == ("respond", {"body": "Buenos días", "channel": "phone"})
    async with desk.storage.reading() as connection:
        writers = await store.drafts_since(connection, case.id, desk.clock.now() - timedelta(minutes=5))
    assert [one.user_id for one in writers] == [desk.ana.id, desk.luis.id]
    assert await desk.kinds(case.id) == ["opened"], "a draft is no part of the story"


async def test_nothing_typed_is_no_draft(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    assert not await saved(desk, desk.luis, case, "respond", body="  ", channel="phone")
    assert await draft(desk, desk.luis, case) is None
    await saved(desk, desk.luis, case, "respond", body="x")
    assert await saved(desk, desk.luis, case, "respond", body=""), "colleagues see that it stopped"
    assert await draft(desk, desk.luis, case) is None


async def test_what_is_sent_goes_and_what_was_written_for_another_form_stays(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    await saved(desk, desk.luis, case, "escalate", body="Media respuesta", channel="phone", reason="Ayuda")
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.discard_draft(unit, case.id, {"level": "2", "reason": "Ayuda"})
    left = await draft(desk, desk.luis, case)
    assert left is not None
    assert dict(left.typed) == {"body": "Media respuesta", "channel": "phone"}
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.discard_draft(unit, case.id, {"body": "Respuesta", "channel": "phone", "at": ""})
    assert await draft(desk, desk.luis, case) is None


async def test_a_draft_has_the_limits_of_what_it_becomes(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    with pytest.raises(Invalid, match="body: has 65537 bytes"):
        await saved(desk, desk.luis, case, "note", body="x" * 65_537)
    async with desk.storage.reading() as connection:
        marta = (await contacts.contacts(connection, desk.customer.id))[0]
    with pytest.raises(Refused):
        async with desk.storage.unit(marta.actor) as unit:
            await actions.save_draft(unit, case.id, "note", {"body": "x"})
