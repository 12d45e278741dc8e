"""One's own account: language, theme, password."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.actor import Role
from controller.core.errors import Invalid, Refused
from controller.people import actions
from controller.web.console.typed import typed_in
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff, keep_session

router = APIRouter()
ROLES = {Role.VIEWER: "Viewer", Role.ENGINEER: "Engineer", Role.ADMINISTRATOR: "Administrator"}


@router.get("/account")
async def account_page(request: Request, reader: Staff, done: str = "") -> Response:
    text = reader.words._("The password is changed. Other browsers are signed out.") if done else ""
    return _shown(request, reader, done=text)


@router.post("/account/password")
async def change_password(request: Request, reader: Staff, context: Here) -> Response:
    """Ends every session; this browser gets a new one."""
    assert reader.session is not None
    typed = await typed_in(request)
    user = reader.session.user
    try:
        if typed.get("password") != typed.get("again"):
            raise Invalid("again", "is not the same", "Type it once more")
        await actions.change_password(
            context.storage, user.id, typed.get("current", ""), typed.get("password", "")
        )
    except Invalid as error:
        return _shown(request, reader, 422, faults=fault(reader.words, error))
    except Refused as error:
        return _shown(request, reader, 422, faults=Fault("current", refused(reader.words, error)))
    token, _ = await actions.start_session(context.storage, user)
    response = RedirectResponse("/account?done=1", 303)
    keep_session(response, context, token)
    return response


def _shown(
    request: Request, reader: Reader, status: int = 200, *, done: str = "", faults: Fault | None = None
) -> Response:
    assert reader.session is not None
    user, _ = reader.session.user, reader.words._
    facts = (
        (_("Login"), user.login), (_("Mail address"), user.email), (_("Role"), _(ROLES[user.role])),
        (_("Level"), str(user.level)), (_("On duty"), _("yes") if user.on_duty else _("no")),
    )  # fmt: skip
    return pages_of(request).shown(
        reader, "account", status, here="account", facts=facts, done=done, faults=faults, refusal=""
    )
