"""The house itself, as a customer of its own: what is wrong with us is an incident like any other."""

from uuid import UUID

from controller.fleet import store
from controller.fleet.customer import Customer
from controller.storage import Unit

HOUSE = UUID("76696769-6100-4000-8000-686f75736521")
"""The same in every installation, so that a query can leave it out or ask for it alone."""


async def the_house(unit: Unit) -> Customer:
    """Made when it is first needed. Its contact is whoever of the company is to be told besides the people on
    duty: empty at first, and changed as any customer's is."""
    known = await store.customer(unit.connection, HOUSE)
    if known is not None:
        return known
    name = "Vigía"
    while await store.customer_named(unit.connection, name) is not None:
        name += " (nosotros)"
    made = Customer(HOUSE, name, "es", "America/Mexico_City", "", "", unit.now)
    await store.add_customer(unit.connection, made)
    return made
