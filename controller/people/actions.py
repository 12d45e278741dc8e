"""Verbs of people: adding users, one-time links, signing in and out."""

import re
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import available_timezones

from controller.core.actor import Role
from controller.core.errors import Conflict, Invalid, NotFound, Refused, TooMuch
from controller.core.printable import printable
from controller.people import passwords, store
from controller.people.user import Session, User
from controller.storage import Storage, Unit, take_turn

LINK_LIFETIME = timedelta(hours=24)
SESSION_IDLE = timedelta(hours=12)
SESSION_LONGEST = timedelta(days=7)
ATTEMPT_WINDOW = timedelta(minutes=1)
ATTEMPTS_PER_ACCOUNT = 5
ATTEMPTS_PER_ADDRESS = 20

_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f<>\",;:]{1,64}@[^@\s\x00-\x1f<>\",;:]{1,190}")


class LinkUsed(Refused):
    """A one-time link that did its work already."""


def _checked(person: User) -> User:
    """The user with its fields in order. Raises `Invalid` for the first one that is not."""
    person = replace(person, login=person.login.strip().lower(), name=person.name.strip())
    if not _LOGIN.fullmatch(person.login):
        raise Invalid(
            "login", "takes 1 to 64 of a-z, 0-9, dot, hyphen and underscore", "Choose one such as ana.ruiz"
        )
    if not 1 <= len(person.name) <= 255:
        raise Invalid("name", f"has {len(person.name)} characters", "Use 1 to 255")
    if not printable(person.name):
        raise Invalid("name", "must not hold control or direction characters", "Type it anew")
    if not _EMAIL.fullmatch(person.email) or not printable(person.email):
        raise Invalid("email", "is no mail address", "Write it as name@example.com")
    if person.language not in ("es", "en"):
        raise Invalid("language", f"{person.language!r} is not spoken here", "Choose es or en")
    if person.zone not in available_timezones():
        raise Invalid("zone", f"{person.zone!r} is no IANA zone", "Write one such as America/Mexico_City")
    if person.level not in (1, 2, 3):
        raise Invalid("level", f"{person.level} is no support level", "Choose 1, 2 or 3")
    return person


async def add_user(
    unit: Unit,
    login: str,
    name: str,
    email: str,
    *,
    role: Role = Role.ENGINEER,
    level: int = 1,
    on_duty: bool = True,
    language: str = "es",
    zone: str = "UTC",
) -> User:
    """A new member of staff, without a password yet (`issue_link`). Raises `Invalid`, `Conflict`."""
    person = _checked(
        User(
            id=unit.chance.uuid(),
            login=login,
            name=name,
            email=email,
            language=language,
            zone=zone,
            role=role,
            level=level,
            # Who may only look cannot look after anything.
            on_duty=on_duty and role is not Role.VIEWER,
            active=True,
            has_password=False,
            created_at=unit.now,
        )
    )
    if await store.user_named(unit.connection, person.login):
        raise Conflict(f"there is a user {person.login!r} already; choose another login")
    await store.save_user(unit.connection, person)
    return person


async def change_user(unit: Unit, user_id: UUID, **fields: object) -> User:
    """Changes any of name, email, language, zone, role, level, on_duty, active (False: signed out at once).

    A viewer is never on duty. Raises `Invalid`, `NotFound`.
    """
    person = await store.user(unit.connection, user_id)
    if person is None:
        raise NotFound("user", str(user_id))
    if fields.get("role", person.role) is Role.VIEWER:
        if fields.get("on_duty"):
            raise Invalid("on_duty", f"{person.login} may only look", "Give the role engineer first")
        fields["on_duty"] = False
    changed = _checked(replace(person, **fields))  # type: ignore[arg-type]  # the doors pass known fields
    await store.save_user(unit.connection, changed)
    if not changed.active:
        await store.end_sessions(unit.connection, changed.id)
    return changed


def _hash(token: str) -> str:
    """What is kept of a token: enough to know it again, useless to a thief."""
    return sha256(token.encode()).hexdigest()


def _token(unit: Unit) -> str:
    return urlsafe_b64encode(unit.chance.token_bytes(32)).rstrip(b"=").decode()


async def issue_link(unit: Unit, user_id: UUID | None) -> str:
    """A one-time token that lets its holder choose a password within 24 h.

    Without a user it makes the first administrator, and only while there is none (`Conflict` otherwise).
    """
    if user_id is None and await _has_administrator(unit):
        raise Conflict("there is an administrator already; ask them for a link")
    token = _token(unit)
    await store.add_link(unit.connection, _hash(token), user_id, unit.now, unit.now + LINK_LIFETIME)
    return token


async def _has_administrator(unit: Unit) -> bool:
    return any(person.has_password for person in await store.administrators(unit.connection))


async def link_owner(storage: Storage, token: str) -> User | None:
    """Whose link it is; None for the first administrator's. Raises `Refused` when it cannot be used."""
    async with storage.reading() as connection:
        live, user_id = await store.live_link(connection, _hash(token), storage.clock.now())
        if not live:
            if await store.was_used(connection, _hash(token)):
                raise LinkUsed("it worked once, and has done its work")
            raise Refused(
                "this link was replaced by a newer one, or its 24 hours are over; ask for a new one"
            )
        return await store.user(connection, user_id) if user_id else None


async def use_link(
    storage: Storage,
    token: str,
    password: str,
    *,
    login: str = "",
    name: str = "",
    email: str = "",
    language: str = "es",
    zone: str = "UTC",
) -> User:
    """Sets the password, once. The words after it are read only when the link makes the first administrator.

    Raises `Refused` (link used or over), `Invalid` (a field), and then the link can still be used.
    """
    owner = await link_owner(storage, token)
    hash_text = await passwords.hashed(password)
    async with storage.unit() as unit:
        if owner is None:
            await take_turn(unit.connection, "first administrator")
            if await _has_administrator(unit):
                raise Refused("there is an administrator already; ask them for a link of your own")
            owner = await add_user(
                unit, login, name, email, role=Role.ADMINISTRATOR, language=language, zone=zone
            )
        if not await store.spend_link(unit.connection, _hash(token), unit.now):
            raise Refused("this link was used already; ask for a new one")
        await store.save_password(unit.connection, owner.id, hash_text)
        if owner.role is Role.ADMINISTRATOR:
            # Whoever holds it still must not become a second first administrator.
            await store.drop_first_links(unit.connection)
    return replace(owner, has_password=True)


async def change_password(storage: Storage, user_id: UUID, old: str, new: str) -> None:
    """Raises `Refused` when `old` is not the password. Ends every session of the user."""
    async with storage.unit() as unit:
        person = await store.user(unit.connection, user_id)
        if person is None:
            raise NotFound("user", str(user_id))
        # A session left open on somebody's desk is no place to guess passwords either.
        await _note_attempt(unit, person.login, f"session of {person.login}")
        stored = await store.password_hash(unit.connection, user_id)
    if not await passwords.matches(old, stored):
        raise Refused("the present password is not that one")
    hash_text = await passwords.hashed(new)
    async with storage.unit() as unit:
        await store.save_password(unit.connection, user_id, hash_text)


async def sign_in(storage: Storage, login: str, password: str, address: str) -> tuple[str, Session]:
    """(the cookie's token, the session). `address` is the peer's.

    Raises `Refused` with one text for every reason, `TooMuch` after 5 attempts a minute for an account or 20
    from an address (trust.md, Limits).
    """
    login = login.strip().lower()[:64]
    async with storage.unit() as unit:
        await _note_attempt(unit, login, address)
        person = await store.user_named(unit.connection, login)
        stored = await store.password_hash(unit.connection, person.id) if person else None
    right = await passwords.matches(password, stored)
    if person is None or not right or not person.active:
        raise Refused("the login or the password is not right")
    return await start_session(storage, person)


async def _note_attempt(unit: Unit, login: str, address: str) -> None:
    """Raises `TooMuch`. Attempts of one account or one address take turns, so that many at once count too."""
    await take_turn(unit.connection, f"sign in as {login}", f"sign in from {address}")
    since = unit.now - ATTEMPT_WINDOW
    by_account, by_address = await store.count_attempts(unit.connection, since, login, address)
    if by_account >= ATTEMPTS_PER_ACCOUNT or by_address >= ATTEMPTS_PER_ADDRESS:
        raise TooMuch(
            "too many attempts to sign in; wait a minute and try again", ATTEMPT_WINDOW.total_seconds()
        )
    await store.add_attempt(unit.connection, unit.chance.uuid(), unit.now, login, address)


async def start_session(storage: Storage, person: User) -> tuple[str, Session]:
    """A session for somebody whose identity is proven."""
    async with storage.unit(person.actor) as unit:
        token, csrf = _token(unit), _token(unit)
        expires_at = unit.now + SESSION_IDLE
        await store.add_session(unit.connection, _hash(token), person.id, csrf, unit.now, expires_at)
        await store.forget(unit.connection, unit.now - timedelta(days=1), unit.now)
        return token, Session(person, csrf, unit.now, expires_at)


async def session_of(storage: Storage, token: str) -> Session | None:
    """The live session of a cookie's token; its end moves on, written at most every 5 minutes."""
    now = storage.clock.now()
    async with storage.reading() as connection:
        found = await store.session(connection, _hash(token), now)
    if found is None:
        return None
    expires_at = min(now + SESSION_IDLE, found.created_at + SESSION_LONGEST)
    if expires_at - found.expires_at > timedelta(minutes=5):
        async with storage.unit(found.user.actor) as unit:
            await store.move_session(unit.connection, _hash(token), expires_at)
    return found


async def sign_out(storage: Storage, token: str) -> None:
    async with storage.unit() as unit:
        await store.end_session(unit.connection, _hash(token))
