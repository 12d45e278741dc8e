"""A customer's people come in by a mailed link, once, and nobody learns from outside who is known."""

from datetime import timedelta

import pytest

from controller.core.errors import Conflict, Invalid, Refused, TooMuch
from controller.fleet import actions as fleet
from controller.notify.store import outbox as outbox_table
from controller.people.access import Act, may
from controller.people.contacts import actions, store
from controller.people.contacts.contact import Contact
from controller.storage import Storage
from tests.support.clocks import JumpingClock

PORTAL = "https://vigia.example"


async def marta(storage: Storage) -> Contact:
    """The first contact of a bakery comes with the customer."""
    async with storage.unit() as unit:
        bakery = await fleet.add_customer(unit, "Panadería Sol", "es", "Marta Gil", "Marta@Sol.example")
        [found] = await store.contacts(unit.connection, bakery.id)
    return found


async def mails(storage: Storage) -> list[tuple[str, str]]:
    """(address, token) of every link that is on its way, the oldest first."""
    async with storage.unit() as unit:
        rows = await unit.connection.execute(outbox_table.select().order_by(outbox_table.c.position))
        return [
            (row.address, row.body.split(f"{PORTAL}/portal/enter/")[1].split()[0])
            for row in rows
            if row.key.startswith("portal-link/")
        ]


async def test_a_link_lets_in_once(storage: Storage) -> None:
    contact = await marta(storage)
    await actions.ask_for_link(storage, " MARTA@sol.example ", "198.51.100.7", PORTAL)
    [(to, token)] = await mails(storage)
    assert to == "marta@sol.example"
    assert await actions.link_owner(storage, token) == contact
    assert await actions.link_owner(storage, token) == contact, "looking uses nothing up"
    cookie, session = await actions.enter(storage, token)
    assert session.contact == contact
    with pytest.raises(Refused, match="used already"):
        await actions.enter(storage, token)
    known = await actions.session_of(storage, cookie)
    assert known is not None
    assert known.contact == contact
    assert not any(may(contact.actor, act) for act in Act), "a contact may do nothing of ours"
    await actions.leave(storage, cookie)
    assert await actions.session_of(storage, cookie) is None


async def test_a_link_lives_a_quarter_of_an_hour(storage: Storage, clock: JumpingClock) -> None:
    await marta(storage)
    await actions.ask_for_link(storage, "marta@sol.example", "::1", PORTAL)
    [(_, token)] = await mails(storage)
    clock.set(clock.now() + timedelta(minutes=15))
    with pytest.raises(Refused) as over:
        await actions.enter(storage, token)
    with pytest.raises(Refused) as unknown:
        await actions.enter(storage, "no-such-token")
    assert str(over.value) == str(unknown.value)


async def test_neither_token_nor_cookie_is_kept(storage: Storage) -> None:
    await marta(storage)
    await actions.ask_for_link(storage, "marta@sol.example", "::1", PORTAL)
    [(_, token)] = await mails(storage)
    cookie, _ = await actions.enter(storage, token)
    async with storage.reading() as connection:
        for table in (store.contact_links_table, store.contact_sessions_table):
            [row] = (await connection.execute(table.select())).all()
            assert len(row.token_hash) == 64
            assert row.token_hash not in (token, cookie)


async def test_an_unknown_address_gets_the_same_silence(storage: Storage) -> None:
    await marta(storage)
    await actions.ask_for_link(storage, "nobody@sol.example", "::1", PORTAL)
    assert await mails(storage) == []
    for address in ("marta@sol.example", "nobody@sol.example"):
        for _ in range(4):
            await actions.ask_for_link(storage, address, "::1", PORTAL)
    for address in ("marta@sol.example", "nobody@sol.example"):
        with pytest.raises(TooMuch):
            for _ in range(2):
                await actions.ask_for_link(storage, address, "::1", PORTAL)


async def test_one_browser_asks_for_twenty_a_minute_at_most(storage: Storage, clock: JumpingClock) -> None:
    for number in range(20):
        await actions.ask_for_link(storage, f"n{number}@sol.example", "198.51.100.9", PORTAL)
    with pytest.raises(TooMuch):
        await actions.ask_for_link(storage, "another@sol.example", "198.51.100.9", PORTAL)
    await actions.ask_for_link(storage, "another@sol.example", "198.51.100.10", PORTAL)
    clock.set(clock.now() + timedelta(minutes=1))
    await actions.ask_for_link(storage, "another@sol.example", "198.51.100.9", PORTAL)


async def test_nobodys_mailbox_is_filled(storage: Storage, clock: JumpingClock) -> None:
    """Five links within a link's life, from however many browsers and however patiently."""
    await marta(storage)
    for minute in range(12):
        await actions.ask_for_link(storage, "marta@sol.example", f"198.51.100.{minute}", PORTAL)
        clock.set(clock.now() + timedelta(minutes=1))
    assert len(await mails(storage)) == 5


async def test_entering_ends_the_other_links(storage: Storage) -> None:
    await marta(storage)
    for _ in range(2):
        await actions.ask_for_link(storage, "marta@sol.example", "::1", PORTAL)
    (_, first), (_, second) = await mails(storage)
    await actions.enter(storage, first)
    with pytest.raises(Refused):
        await actions.enter(storage, second)


async def test_several_people_of_a_customer_and_one_who_leaves(storage: Storage) -> None:
    first = await marta(storage)
    async with storage.unit() as unit:
        luz = await actions.add_contact(unit, first.customer_id, "Luz Paz", "luz@sol.example", "en")
        with pytest.raises(Conflict):
            await actions.add_contact(unit, first.customer_id, "Luz", "LUZ@sol.example")
        for field, name, email in (
            ("name", " ", "a@b.c"),
            ("email", "A", "a b@c.d"),
            ("email", "A", "a@b@c"),
        ):
            with pytest.raises(Invalid) as refused:
                await actions.add_contact(unit, first.customer_id, name, email)
            assert refused.value.field == field
    await actions.ask_for_link(storage, "luz@sol.example", "::1", PORTAL)
    [(_, token)] = await mails(storage)
    cookie, _ = await actions.enter(storage, token)
    async with storage.unit() as unit:
        await actions.change_contact(unit, luz.id, active=False)
    assert await actions.session_of(storage, cookie) is None
    await actions.ask_for_link(storage, "luz@sol.example", "::1", PORTAL)
    assert len(await mails(storage)) == 1


async def test_an_adviser_of_two_customers_gets_a_way_into_each(storage: Storage) -> None:
    first = await marta(storage)
    async with storage.unit() as unit:
        other = await fleet.add_customer(unit, "Clínica Luna", "en", "Marta Gil", "marta@sol.example")
    await actions.ask_for_link(storage, "marta@sol.example", "::1", PORTAL)
    links = [token for _, token in await mails(storage)]
    owners = {(await actions.link_owner(storage, token)).customer_id for token in links}
    assert owners == {first.customer_id, other.id}


async def test_a_session_ends_after_half_a_day_without_use(storage: Storage, clock: JumpingClock) -> None:
    await marta(storage)
    await actions.ask_for_link(storage, "marta@sol.example", "::1", PORTAL)
    [(_, token)] = await mails(storage)
    cookie, _ = await actions.enter(storage, token)
    for _ in range(3):
        clock.set(clock.now() + timedelta(hours=11))
        assert await actions.session_of(storage, cookie) is not None
    clock.set(clock.now() + timedelta(hours=12))
    assert await actions.session_of(storage, cookie) is None
