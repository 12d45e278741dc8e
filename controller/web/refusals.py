"""The one error page: each kind of error as a status, a heading and a way out, in the reader's language."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound, Refused, TooMuch, Unavailable, VigiaError
from controller.people.actions import LinkUsed
from controller.web.fault import fault, told
from controller.web.pages import pages_of
from controller.web.portal.guest import Guest, guest_of, in_portal
from controller.web.reader import Reader, SignInNeeded, reader_of
from controller.web.security import quoted_path
from controller.words.catalogue import Translator

_KINDS: tuple[tuple[type[VigiaError], int, str, str], ...] = (
    (Invalid, 422, "That cannot be taken as it is", "Go back, change it and send it again."),
    (NotFound, 404, "There is nothing here", "The address may be old. The queue shows all that is open."),
    (LinkUsed, 403, "This link was used already", "Sign in with your login and password."),
    (Refused, 403, "You may not do that", "If you should, ask an administrator."),
    (Conflict, 409, "That is not possible now", "Load the page again to see how things stand."),
    (TooMuch, 429, "That was too often", "Wait a little and try again."),
    (Unavailable, 503, "Not possible at this moment", "Nothing was lost. Try again in a minute."),
)
_UNKNOWN = (500, "Something went wrong on our side", "Try again; the controller's log has the details.")


def status_of(error: VigiaError) -> int:
    """The HTTP status of a kind of error."""
    return next((status for kind, status, _, _ in _KINDS if isinstance(error, kind)), 500)


def install(site: FastAPI) -> None:
    """Every error of the pages ends here; `api/` answers its own."""
    site.add_exception_handler(VigiaError, _vigia_error)
    site.add_exception_handler(HTTPException, _http_error)
    site.add_exception_handler(Exception, _unforeseen)


def wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or request.headers.get("accept") == "application/json"


async def _vigia_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, VigiaError)
    return await answer(request, error)


async def answer(request: Request, error: VigiaError) -> Response:
    """The page (or JSON) for an error that a room or a door raised."""
    if isinstance(error, SignInNeeded):
        if wants_json(request):
            return JSONResponse({"error": {"message": "sign in first"}}, 401)
        if in_portal(request):
            return RedirectResponse("/portal/sign-in", 303)
        back = request.url.path if request.method == "GET" else "/incidents"
        return RedirectResponse(f"/sign-in?next={quoted_path(back)}", 303)
    status, heading, way_out = next(
        ((status, heading, way) for kind, status, heading, way in _KINDS if isinstance(error, kind)), _UNKNOWN
    )
    response = await _page(request, status, heading, str(error), way_out, error)
    if isinstance(error, TooMuch):
        response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
    return response


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return await _page(request, 404, _KINDS[1][2], "", _KINDS[1][3])
    return await _page(request, error.status_code, "That cannot be taken as it is", str(error.detail), "")


async def _unforeseen(request: Request, _: Exception) -> Response:
    # Starlette raises it again after this answer, so that the log has it.
    return await _page(request, *_UNKNOWN[:2], "", _UNKNOWN[2])


def refused_text(words: Translator, text: str, error: VigiaError | None = None) -> str:
    shown = fault(words, error).text if isinstance(error, Invalid) else told(words, text)
    return shown[:1].upper() + shown[1:]


async def _page(
    request: Request, status: int, heading: str, text: str, way_out: str, error: VigiaError | None = None
) -> Response:
    if wants_json(request):
        return JSONResponse({"error": {"message": text or heading}}, status)
    if in_portal(request):
        return await _portal_page(request, status, heading, text, error)
    try:
        reader = await reader_of(request)
    except Exception:
        # The database itself may be what is missing; the page must be shown all the same.
        reader = Reader(None, "", "es", "system", "/")
    words = reader.words
    return pages_of(request).shown(
        reader, "refusal", status, heading=words._(heading), text=refused_text(words, text, error),
        way_out=words._(way_out) if way_out else "", here="",
    )  # fmt: skip


async def _portal_page(
    request: Request, status: int, heading: str, text: str, error: VigiaError | None
) -> Response:
    """The same for a customer, who is never sent to the console's doors."""
    try:
        guest = await guest_of(request)
    except Exception:
        guest = Guest(None, None, "", "es", "system", "/portal")
    return pages_of(request).shown(
        guest, "portal/refusal", status, heading=guest.words._(heading), here="",
        text=refused_text(guest.words, text, error),
    )  # fmt: skip
