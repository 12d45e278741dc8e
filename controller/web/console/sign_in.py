"""The door: signing in and out, the one-time link, and the language and theme of whoever stands before it."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Invalid, Refused, TooMuch
from controller.people import actions
from controller.web import security
from controller.web.console.typed import typed_in
from controller.web.fault import fault, refused
from controller.web.pages import pages_of
from controller.web.reader import (
    LANGUAGE_COOKIE,
    THEME_COOKIE,
    THEMES,
    Here,
    Staff,
    Visitor,
    is_first_start,
    keep_preference,
    keep_session,
    session_cookie,
)
from controller.words.catalogue import LANGUAGES

router = APIRouter()


@router.get("/sign-in")
async def sign_in_page(request: Request, reader: Visitor, context: Here, next: str = "") -> Response:  # noqa: A002 - the query's name
    if reader.session:
        return RedirectResponse(security.own_path(next), 303)
    return await _sign_in_page(request, reader, context, next)


@router.post("/sign-in")
async def sign_in(request: Request, reader: Visitor, context: Here) -> Response:
    typed = await typed_in(request)
    address = request.client.host if request.client else ""
    try:
        token, _ = await actions.sign_in(
            context.storage, typed.get("login", ""), typed.get("password", ""), address
        )
    except (Refused, TooMuch) as error:
        response = await _sign_in_page(
            request, reader, context, typed.get("next", ""),
            login=typed.get("login", ""), refusal=refused(reader.words, error),
            status=429 if isinstance(error, TooMuch) else 422,
        )  # fmt: skip
        if isinstance(error, TooMuch):
            response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        return response
    response = RedirectResponse(security.own_path(typed.get("next")), 303)
    keep_session(response, context, token)
    return response


async def _sign_in_page(
    request: Request, reader: Visitor, context: Here, next_path: str, *, login: str = "", refusal: str = "",
    status: int = 200,
) -> Response:  # fmt: skip
    return pages_of(request).shown(
        reader, "sign_in", status, here="", next_path=security.own_path(next_path), login=login,
        refusal=refusal, first=await is_first_start(context),
    )  # fmt: skip


@router.post("/sign-out")
async def sign_out(reader: Staff, context: Here) -> Response:
    await actions.sign_out(context.storage, reader.token)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(session_cookie(context.secure), path="/", secure=context.secure, httponly=True)
    return response


@router.get("/link/{token}")
async def link_page(request: Request, reader: Visitor, context: Here, token: str) -> Response:
    """Raises `Refused` for a link that was used or is over."""
    owner = await actions.link_owner(context.storage, token)
    return pages_of(request).shown(
        reader, "link", here="", first=owner is None, refusal="", faults=None, typed={}
    )


@router.post("/link/{token}")
async def use_link(request: Request, reader: Visitor, context: Here, token: str) -> Response:
    typed = await typed_in(request)
    owner = await actions.link_owner(context.storage, token)
    try:
        if typed.get("password") != typed.get("again"):
            raise Invalid("again", "is not the same", "Type it once more")
        user = await actions.use_link(
            context.storage, token, typed.get("password", ""), login=typed.get("login", ""),
            name=typed.get("name", ""), email=typed.get("email", ""), language=reader.language,
            zone=typed.get("zone") or "UTC",
        )  # fmt: skip
    except Invalid as error:
        return pages_of(request).shown(
            reader, "link", 422, here="", first=owner is None, refusal="", typed=typed,
            faults=fault(reader.words, error),
        )  # fmt: skip
    if owner is None:
        context.first_link_used()
    session_token, _ = await actions.start_session(context.storage, user)
    response = RedirectResponse("/incidents", 303)
    keep_session(response, context, session_token)
    return response


@router.post("/preferences")
async def preferences(request: Request, reader: Visitor, context: Here) -> Response:
    """Language and theme. A signed-in reader's language goes with them to every browser."""
    typed = await typed_in(request)
    response = RedirectResponse(security.own_path(typed.get("back")), 303)
    language, theme = typed.get("language"), typed.get("theme")
    if language in LANGUAGES:
        keep_preference(response, context, LANGUAGE_COOKIE, language)
        if reader.session and reader.actor and reader.session.user.language != language:
            await security.check_form(request, reader.csrf)
            async with context.storage.unit(reader.actor) as unit:
                await actions.change_user(unit, reader.session.user.id, language=language)
    if theme in THEMES:
        keep_preference(response, context, THEME_COOKIE, theme)
    return response
