"""Who reads this page: signed in or not, in which language, theme and place."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from controller.core.actor import Actor
from controller.core.errors import VigiaError
from controller.fleet.house import HOUSE
from controller.incidents import store as incidents
from controller.people import actions, store
from controller.people.access import Act, may
from controller.people.user import Session
from controller.web import security
from controller.web.context import Context
from controller.words.catalogue import Language, Translator, accepted, chosen, translator

THEMES = ("system", "light", "dark")
LANGUAGE_COOKIE = "vigia_language"
THEME_COOKIE = "vigia_theme"
_YEAR_S = 31_536_000


class SignInNeeded(VigiaError):
    """Nobody is signed in; the door sends the reader to the sign-in page and back."""


@dataclass(frozen=True, slots=True)
class Reader:
    """`session` is None for a reader who is not signed in; `path` is where they are, query included."""

    session: Session | None
    token: str
    language: Language
    theme: str
    path: str
    # Open incidents of the house, for whoever administers.
    alarms: int = 0

    @property
    def actor(self) -> Actor | None:
        return self.session.user.actor if self.session else None

    @property
    def name(self) -> str:
        return self.session.user.name if self.session else ""

    @property
    def login(self) -> str:
        return self.session.user.login if self.session else ""

    @property
    def csrf(self) -> str:
        return self.session.csrf if self.session else ""

    @property
    def words(self) -> Translator:
        return translator(self.language)

    @property
    def may_write(self) -> bool:
        return self.actor is not None and may(self.actor, Act.WORK_INCIDENTS)

    @property
    def administers(self) -> bool:
        return self.actor is not None and may(self.actor, Act.MANAGE_FLEET)


def session_cookie(secure: bool) -> str:
    """With the prefix a browser takes the cookie only over HTTPS, for this host alone."""
    return "__Host-vigia" if secure else "vigia_session"


def context_of(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


async def reader_of(request: Request) -> Reader:
    """Language: the user's own, else the cookie, else Accept-Language, else Spanish."""
    context = context_of(request)
    token = request.cookies.get(session_cookie(context.secure), "")
    session = await actions.session_of(context.storage, token) if token else None
    cookie = request.cookies.get(LANGUAGE_COOKIE)
    if session:
        language = chosen(session.user.language)
    else:
        language = chosen(cookie) if cookie else accepted(request.headers.get("accept-language"))
    theme = request.cookies.get(THEME_COOKIE, "system")
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return Reader(session, token, language, theme if theme in THEMES else "system", path)


async def signed_in(request: Request) -> Reader:
    """The reader of a page for staff. Raises `SignInNeeded`, or `Refused` for a form that is not ours."""
    reader = await reader_of(request)
    if reader.session is None:
        raise SignInNeeded("sign in first")
    if request.method == "POST":
        await security.check_form(request, reader.csrf)
    if reader.administers and request.method == "GET":
        async with context_of(request).storage.reading() as connection:
            return replace(reader, alarms=await incidents.count_open(connection, HOUSE))
    return reader


async def is_first_start(context: Context) -> bool:
    """Whether there is no administrator yet, so that the sign-in page points to the one-time link."""
    async with context.storage.reading() as connection:
        return not await store.administrators(connection)


def keep_session(response: Response, context: Context, token: str) -> None:
    """The cookie lives as long as the browser; how long the session lives is kept on our side."""
    response.set_cookie(
        session_cookie(context.secure), token, httponly=True, secure=context.secure, samesite="lax", path="/"
    )


def keep_preference(response: Response, context: Context, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=_YEAR_S, httponly=True, secure=context.secure, samesite="lax", path="/"
    )


Here = Annotated[Context, Depends(context_of)]
Visitor = Annotated[Reader, Depends(reader_of)]
Staff = Annotated[Reader, Depends(signed_in)]
