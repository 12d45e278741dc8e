"""Into the portal and out again: an address, a mailed link, a button."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Invalid, TooMuch
from controller.people.contacts import actions
from controller.web.console.typed import typed_in
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.portal.guest import HOME, Guest, Signed, Visitor, keep_session, portal_cookie
from controller.web.reader import Here

router = APIRouter(prefix=HOME)


@router.get("/sign-in")
async def sign_in_page(request: Request, guest: Visitor) -> Response:
    if guest.session:
        return RedirectResponse(HOME, 303)
    return _sign_in(request, guest)


@router.post("/sign-in")
async def ask(request: Request, guest: Visitor, context: Here) -> Response:
    """One answer for known and unknown addresses."""
    typed = await typed_in(request)
    email = typed.get("email", "")
    peer = request.client.host if request.client else ""
    try:
        await actions.ask_for_link(context.storage, email, peer, context.console_url)
    except Invalid as error:
        return _sign_in(request, guest, 422, email=email, faults=fault(guest.words, error))
    except TooMuch as error:
        response = _sign_in(request, guest, 429, email=email, refusal=refused(guest.words, error))
        response.headers["Retry-After"] = str(max(1, round(error.retry_after_s)))
        return response
    context.wake_ticker()
    return pages_of(request).shown(guest, "portal/sent", here="", email=email.strip())


@router.get("/enter/{token}")
async def enter_page(request: Request, guest: Visitor, context: Here, token: str) -> Response:
    """A button and not yet the entry: mail programs follow links to look at them. Raises `Refused`."""
    owner = await actions.link_owner(context.storage, token)
    return pages_of(request).shown(guest, "portal/enter", here="", owner=owner.name)


@router.post("/enter/{token}")
async def enter(context: Here, token: str) -> Response:
    """Raises `Refused` for a link that was used or is over."""
    cookie, _ = await actions.enter(context.storage, token)
    response = RedirectResponse(HOME, 303)
    keep_session(response, context, cookie)
    return response


@router.post("/sign-out")
async def sign_out(member: Signed, context: Here) -> Response:
    await actions.leave(context.storage, member.guest.token)
    response = RedirectResponse(f"{HOME}/sign-in", 303)
    response.delete_cookie(portal_cookie(context.secure), path="/", secure=context.secure, httponly=True)
    return response


def _sign_in(
    request: Request, guest: Guest, status: int = 200, *, email: str = "", refusal: str = "",
    faults: Fault | None = None,
) -> Response:  # fmt: skip
    return pages_of(request).shown(
        guest, "portal/sign_in", status, here="", email=email, refusal=refusal, faults=faults
    )
