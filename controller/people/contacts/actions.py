"""Verbs of customers' contacts: being added, asking for a link, coming in with it, leaving."""

from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

from controller.core.errors import Conflict, Invalid, NotFound, Refused, TooMuch
from controller.core.printable import printable
from controller.notify.actions import tell
from controller.notify.notice import Recipient
from controller.people import store as people
from controller.people.actions import ATTEMPT_WINDOW, ATTEMPTS_PER_ACCOUNT, ATTEMPTS_PER_ADDRESS
from controller.people.contacts import store
from controller.people.contacts.contact import Contact, ContactSession
from controller.storage import Storage, Unit

LINK_LIFETIME = timedelta(minutes=15)
LINKS_AT_ONCE = 5
"""Nobody's mailbox gets more than this within a link's life, whoever asks."""
SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=7)

_USELESS = "this link was used already, or its 15 minutes are over; ask for a new one"


async def add_contact(unit: Unit, customer_id: UUID, name: str, email: str, language: str = "es") -> Contact:
    """One more person of a customer's. Raises `Invalid`, or `Conflict` for an address they have already."""
    name = _named(name)
    if language not in ("es", "en"):
        raise Invalid("language", f"{language[:20]!r} is not spoken here", "Choose es or en")
    made = Contact(unit.chance.uuid(), customer_id, name, address(email), language, True, unit.now)
    if any(one.email == made.email for one in await store.contacts(unit.connection, customer_id)):
        raise Conflict(f"this customer has a contact {made.email!r} already")
    await store.add(unit.connection, made)
    return made


async def change_contact(
    unit: Unit,
    contact_id: UUID,
    *,
    name: str | None = None,
    language: str | None = None,
    active: bool | None = None,
) -> Contact:
    """Only what is given changes. An inactive one is signed out at once. Raises `NotFound`, `Invalid`."""
    known = await store.contact(unit.connection, contact_id)
    if known is None:
        raise NotFound("contact", str(contact_id))
    changed = replace(
        known,
        name=known.name if name is None else _named(name),
        language=known.language if language is None else language,
        active=known.active if active is None else active,
    )
    await store.save(unit.connection, changed)
    return changed


def _named(text: str) -> str:
    name = text.strip()
    if not 1 <= len(name) <= 255:
        raise Invalid("name", f"has {len(name)} characters", "Use 1 to 255")
    if not printable(name):
        raise Invalid("name", "must not hold control or direction characters", "Type it anew")
    return name


def address(text: str) -> str:
    """As it is kept and compared. Raises `Invalid` for what cannot be one."""
    text = text.strip().lower()
    user, at, host = text.rpartition("@")
    odd = any(sign.isspace() or not sign.isprintable() or sign in ",;<>\"'()[]\\:" for sign in text)
    if not (at and user and host) or "@" in user or odd or len(text) > 255:
        raise Invalid("email", "is no mail address", "Write it as name@example.com")
    return text


async def ask_for_link(storage: Storage, email: str, peer: str, portal_url: str, zone: str = "UTC") -> None:
    """Mails a way in to everybody with that address. Whether there is anybody, nobody can tell from outside:
    known and unknown addresses are counted, answered and committed alike.

    `peer` is the asking browser's address; `portal_url` stands before the link's path. Raises `Invalid` for
    what is no address, `TooMuch` after 5 in a minute for one address or 20 from one peer (trust.md, Limits).
    """
    wanted = address(email)
    account = "contact:" + sha256(wanted.encode()).hexdigest()[:48]
    async with storage.unit() as unit:
        counted = await people.count_attempts(unit.connection, unit.now - ATTEMPT_WINDOW, account, peer)
        if counted[0] >= ATTEMPTS_PER_ACCOUNT or counted[1] >= ATTEMPTS_PER_ADDRESS:
            raise TooMuch(
                "too many attempts to sign in; wait a minute and try again", ATTEMPT_WINDOW.total_seconds()
            )
        await people.add_attempt(unit.connection, unit.chance.uuid(), unit.now, account, peer)
        await store.forget(unit.connection, unit.now - timedelta(days=1), unit.now)
        for contact in await store.contacts_with(unit.connection, wanted):
            since = unit.now - LINK_LIFETIME
            if await store.links_since(unit.connection, contact.id, since) < LINKS_AT_ONCE:
                await _mail_link(unit, contact, portal_url, zone)


async def _mail_link(unit: Unit, contact: Contact, portal_url: str, zone: str) -> None:
    token = _token(unit)
    await store.add_link(unit.connection, _hash(token), contact.id, unit.now, unit.now + LINK_LIFETIME)
    await tell(
        unit,
        f"portal-link/{_hash(token)[:16]}",
        Recipient(f"contact:{contact.id}", contact.name, contact.email, contact.language, zone),
        "portal_link",
        {"recipient": contact.name, "link": f"{portal_url}/portal/enter/{token}", "minutes": "15"},
        subject_id=contact.id,
    )


async def link_owner(storage: Storage, token: str) -> Contact:
    """Whose link it is, without using it up: mail programs open links before people do. Raises `Refused`."""
    async with storage.reading() as connection:
        found = await store.link_owner(connection, _hash(token), storage.clock.now())
    if found is None:
        raise Refused(_USELESS)
    return found


async def enter(storage: Storage, token: str) -> tuple[str, ContactSession]:
    """(the cookie's token, the session). The link is used up, and their other live ones with it.

    Raises `Refused` with one text for unknown, used and old ones.
    """
    async with storage.unit() as unit:
        contact = await store.link_owner(unit.connection, _hash(token), unit.now)
        if contact is None or not await store.spend_link(unit.connection, _hash(token), unit.now):
            raise Refused(_USELESS)
        await store.drop_links(unit.connection, contact.id)
        made, csrf, expires_at = _token(unit), _token(unit), unit.now + SESSION_IDLE
        await store.add_session(unit.connection, _hash(made), contact.id, csrf, unit.now, expires_at)
        return made, ContactSession(contact, csrf, unit.now, expires_at)


async def session_of(storage: Storage, token: str) -> ContactSession | None:
    """The live session of a cookie's token; its end moves on, written at most every 5 minutes."""
    now = storage.clock.now()
    async with storage.reading() as connection:
        found = await store.session(connection, _hash(token), now)
    if found is None:
        return None
    expires_at = min(now + SESSION_IDLE, found.created_at + SESSION_LONGEST)
    if expires_at - found.expires_at > timedelta(minutes=5):
        async with storage.unit(found.contact.actor) as unit:
            await store.move_session(unit.connection, _hash(token), expires_at)
    return found


async def leave(storage: Storage, token: str) -> None:
    async with storage.unit() as unit:
        await store.end_session(unit.connection, _hash(token))


def _hash(token: str) -> str:
    """What is kept of a token: enough to know it again, useless to a thief."""
    return sha256(token.encode()).hexdigest()


def _token(unit: Unit) -> str:
    return urlsafe_b64encode(unit.chance.token_bytes(32)).rstrip(b"=").decode()
