"""Whether words for the customer can leave the house by mail."""

from enum import Enum

from controller.core.actor import ActorKind
from controller.core.errors import Invalid
from controller.fleet import store as fleet
from controller.incidents import store
from controller.incidents.case import Incident
from controller.incidents.timeline import EntryKind
from controller.people.contacts import store as contacts
from controller.storage import Connection

MAIL = "email"


class Post(Enum):
    """What becomes of words that are written to the customer."""

    GOES = "goes"
    NO_ADDRESS = "no_address"
    NOT_SET_UP = "not_set_up"


async def post_of(connection: Connection, case: Incident, *, mail_is_set_up: bool) -> Post:
    """`mail_is_set_up`: this controller has a mail server to hand a letter to."""
    if not await has_address(connection, case):
        return Post.NO_ADDRESS
    return Post.GOES if mail_is_set_up else Post.NOT_SET_UP


async def has_address(connection: Connection, case: Incident) -> bool:
    """The customer's first contact has one, or whoever of theirs opened the incident."""
    customer = await fleet.customer(connection, case.customer_id)
    if customer is not None and customer.contact_email:
        return True
    opened = await store.entries_of_kinds(connection, (case.id,), (EntryKind.OPENED,))
    for entry in opened[case.id]:
        if entry.actor_kind is ActorKind.CUSTOMER and entry.actor_id is not None:
            who = await contacts.contact(connection, entry.actor_id)
            if who is not None and who.active and who.customer_id == case.customer_id:
                return True
    return False


async def check_post(connection: Connection, case: Incident, channel: str | None) -> None:
    """Nobody was told by mail who has no address. Raises `Invalid`."""
    if channel == MAIL and not await has_address(connection, case):
        raise Invalid(
            "channel",
            "the customer's contact has no mail address",
            "Add one with `vigia customers change`, or say how you told them",
        )
