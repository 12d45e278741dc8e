"""Names that people read look as they are: no direction override, no line break, nothing unseen in them."""

import pytest

from controller.core.errors import Invalid
from controller.fleet import actions as fleet
from controller.people import actions
from controller.people.contacts.actions import add_contact, change_contact
from controller.storage import Storage

ODD = ["Eva\u202egro.live", "Eva\nroot: signed in", "E\u200bva"]


@pytest.mark.parametrize("name", ODD)
async def test_no_name_that_people_read_holds_what_they_cannot_see(storage: Storage, name: str) -> None:
    async with storage.unit() as unit:
        customer = await fleet.add_customer(unit, "Sol")
        eva = await actions.add_user(unit, "eva", "Eva Soto", "eva@example.com")
        luz = await add_contact(unit, customer.id, "Luz", "luz@example.com")
    tries = (
        lambda unit: actions.add_user(unit, "otra", name, "otra@example.com"),
        lambda unit: actions.change_user(unit, eva.id, name=name),
        lambda unit: add_contact(unit, customer.id, name, "otra@example.com"),
        lambda unit: change_contact(unit, luz.id, name=name),
        lambda unit: fleet.add_customer(unit, name),
    )
    for attempt in tries:
        with pytest.raises(Invalid, match="control or direction"):
            async with storage.unit() as unit:
                await attempt(unit)


async def test_accents_and_other_alphabets_are_names(storage: Storage) -> None:
    async with storage.unit() as unit:
        for number, name in enumerate(("Íñigo Núñez-Ortiz", "Наталья", "山田 太郎", "O’Hara")):
            made = await actions.add_user(unit, f"user{number}", name, "a@example.com")
            assert made.name == name
