"""Who reads a page of the portal: a customer's contact, or somebody at its door."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from controller.core.actor import Actor
from controller.fleet import store as fleet
from controller.fleet.customer import Customer
from controller.people.contacts import actions
from controller.people.contacts.contact import ContactSession
from controller.web import security
from controller.web.context import Context
from controller.web.reader import LANGUAGE_COOKIE, THEME_COOKIE, THEMES, SignInNeeded, context_of
from controller.words.catalogue import Language, Translator, accepted, chosen, translator

HOME = "/portal"


@dataclass(frozen=True, slots=True)
class Guest:
    """`session` and `customer` are None for somebody who is not signed in. What templates of both sides ask
    a reader for stands here under the same names."""

    session: ContactSession | None
    customer: Customer | None
    token: str
    language: Language
    theme: str
    path: str

    @property
    def actor(self) -> Actor | None:
        return self.session.contact.actor if self.session else None

    @property
    def name(self) -> str:
        return self.session.contact.name if self.session else ""

    @property
    def csrf(self) -> str:
        return self.session.csrf if self.session else ""

    @property
    def words(self) -> Translator:
        return translator(self.language)


@dataclass(frozen=True, slots=True)
class Member:
    """A guest who is signed in: what the pages behind the door are given."""

    guest: Guest
    session: ContactSession
    customer: Customer

    @property
    def words(self) -> Translator:
        return self.guest.words

    @property
    def actor(self) -> Actor:
        return self.session.contact.actor


def portal_cookie(secure: bool) -> str:
    """Another one than the console's: whoever holds both is still two people."""
    return "__Host-vigia-portal" if secure else "vigia_portal"


def in_portal(request: Request) -> bool:
    return request.url.path == HOME or request.url.path.startswith(f"{HOME}/")


async def guest_of(request: Request) -> Guest:
    """Language: what was chosen in this browser, else the contact's own, else Accept-Language."""
    context = context_of(request)
    token = request.cookies.get(portal_cookie(context.secure), "")
    session = await actions.session_of(context.storage, token) if token else None
    customer = None
    if session is not None:
        async with context.storage.reading() as connection:
            customer = await fleet.customer(connection, session.contact.customer_id)
    cookie = request.cookies.get(LANGUAGE_COOKIE)
    if cookie or session:
        language = chosen(cookie or (session.contact.language if session else None))
    else:
        language = accepted(request.headers.get("accept-language"))
    theme = request.cookies.get(THEME_COOKIE, "system")
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Guest(session, customer, token, language, theme if theme in THEMES else "system", path)


async def member_of(request: Request) -> Member:
    """Raises `SignInNeeded`, or `Refused` for a form that is not ours."""
    guest = await guest_of(request)
    if guest.session is None or guest.customer is None:
        raise SignInNeeded("sign in first")
    if request.method == "POST":
        await security.check_form(request, guest.csrf)
    return Member(guest, guest.session, guest.customer)


def keep_session(response: Response, context: Context, token: str) -> None:
    """The cookie lives as long as the browser; how long the session lives is kept on our side."""
    response.set_cookie(
        portal_cookie(context.secure), token, httponly=True, secure=context.secure, samesite="lax", path="/"
    )


Visitor = Annotated[Guest, Depends(guest_of)]
Signed = Annotated[Member, Depends(member_of)]
