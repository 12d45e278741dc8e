"""Customers and sites: names are one, bad input names its field."""

import pytest

from controller.core.errors import Conflict, Invalid, NotFound
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.storage import Storage


async def test_a_customer_and_its_sites_are_kept(storage: Storage) -> None:
    async with storage.unit() as unit:
        made = await fleet.add_customer(unit, " Ferretería Núñez ", "en", "Eva", "eva@example.com")
        await fleet.add_site(unit, made.id, "Centro")
    async with storage.reading() as connection:
        assert await store.customer_named(connection, "Ferretería Núñez") == made
        assert [site.name for site in await store.sites(connection, made.id)] == ["Centro"]
    async with storage.unit() as unit:
        with pytest.raises(Conflict, match="already"):
            await fleet.add_customer(unit, "Ferretería Núñez")
        with pytest.raises(Conflict, match="already"):
            await fleet.add_site(unit, made.id, "Centro")
        with pytest.raises(NotFound):
            await fleet.add_site(unit, unit.chance.uuid(), "Centro")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "x" * 256}),
        ("name", {"name": "a\nb"}),
        ("name", {"name": "a\u202eb"}),
        ("language", {"name": "a", "language": "fr"}),
        ("zone", {"name": "a", "zone": "../../etc/passwd"}),
        ("zone", {"name": "a", "zone": "Mars/Olympus"}),
        ("contact_email", {"name": "a", "contact_email": "a@b.c\r\nBcc: d@e.f"}),
        ("contact_email", {"name": "a", "contact_email": "nobody"}),
    ],
)
async def test_bad_input_names_its_field(storage: Storage, field: str, values: dict[str, str]) -> None:
    async with storage.unit() as unit:
        with pytest.raises(Invalid) as refused:
            await fleet.add_customer(unit, **values)
    assert refused.value.field == field
