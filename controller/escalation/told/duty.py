"""Who is told: whoever is on duty at a level, who owns the incident, and the customer's contact."""

from datetime import datetime

from controller.core.actor import ActorKind
from controller.escalation.rota import cover
from controller.escalation.rota.rota import LEVELS
from controller.fleet.customer import Customer
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.incidents.timeline import EntryKind
from controller.notify.notice import Recipient
from controller.people import store as people
from controller.people.contacts import store as contacts
from controller.people.user import User
from controller.storage import Connection


async def on_duty(connection: Connection, level: int, at: datetime) -> tuple[Recipient, ...]:
    """Those on duty at `level` then: by the rota, or by their flag where the level has none. If nobody is,
    the administrators: it never climbs into the void."""
    found = await cover.holders(connection, level, at) or await people.administrators(connection)
    return tuple(_staff(user) for user in found)


async def next_in_order(connection: Connection, level: int, at: datetime) -> tuple[Recipient, ...]:
    """Everybody of the level's rota, from whoever has the turn on; nobody where there is no rota."""
    return tuple(_staff(user) for user in await cover.successors(connection, level, at))


async def higher_up(connection: Connection, level: int, at: datetime) -> tuple[Recipient, ...]:
    """Those on duty at the next level, then every administrator; each once."""
    above = await cover.holders(connection, level + 1, at) if level < max(LEVELS) else ()
    found = {user.id: user for user in (*above, *await people.administrators(connection))}
    return tuple(_staff(user) for user in found.values())


async def those_who_can_save_it(
    connection: Connection, case: Incident, at: datetime
) -> tuple[Recipient, ...]:
    """Whoever is on duty then at its present level, and its owner; each once."""
    found = {recipient.id: recipient for recipient in await on_duty(connection, case.level, at)}
    owner = await people.user(connection, case.owner_id) if case.owner_id else None
    if owner is not None and owner.active:
        found.setdefault(_staff(owner).id, _staff(owner))
    return tuple(found.values())


def contact(customer: Customer) -> Recipient | None:
    """None when we have no address of anybody there."""
    if not customer.contact_email:
        return None
    return Recipient(
        id=f"contact:{customer.id}",
        name=customer.contact_name or customer.name,
        address=customer.contact_email,
        language=customer.language,
        zone=customer.zone,
    )


async def contacts_of(connection: Connection, customer: Customer, case: Incident) -> tuple[Recipient, ...]:
    """The customer's first contact, and whoever of theirs opened this incident; no address twice."""
    first = contact(customer)
    found = [first] if first is not None else []
    opened = await incidents.entries_of_kinds(connection, (case.id,), (EntryKind.OPENED,))
    for entry in opened[case.id]:
        if entry.actor_kind is not ActorKind.CUSTOMER or entry.actor_id is None:
            continue
        who = await contacts.contact(connection, entry.actor_id)
        if who is None or not who.active or who.customer_id != customer.id:
            continue
        if first is None or who.email != first.address.lower():
            found.append(Recipient(f"contact:{who.id}", who.name, who.email, who.language, customer.zone))
    return tuple(found)


def _staff(user: User) -> Recipient:
    return Recipient(f"user:{user.id}", user.name, user.email, user.language, user.zone)
