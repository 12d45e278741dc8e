"""What is being written on an incident's page, kept by a script each few seconds, or by a button."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Invalid, NotFound
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.web.console.typed import typed_in
from controller.web.reader import Here, Staff
from controller.web.refusals import wants_json

router = APIRouter()


@router.post("/incidents/{reference}/draft")
async def keep_draft(request: Request, reader: Staff, context: Here, reference: str) -> Response:
    """Keeps the fields of the form `act`; `discard` throws the draft away. A script gets an empty answer, a
    browser the page again. Raises `NotFound`, and `Invalid` for more than a message may have."""
    typed = await typed_in(request)
    digits = reference[4:] if reference.upper().startswith("INC-") else reference
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        raise NotFound("incident", reference[:40])
    assert reader.session is not None
    fields = {} if typed.get("discard") else typed
    act = typed.get("act", "")
    if not act.isidentifier() or len(act) > 32:
        raise Invalid("act", "is no form of ours", "Load the page again")
    async with context.storage.unit(reader.session.user.actor) as unit:
        case = await incidents.incident_numbered(unit.connection, int(digits))
        if case is None:
            raise NotFound("incident", reference[:40])
        topic = f"incident:{case.id}"
        if await actions.save_draft(unit, case.id, act, fields):
            unit.after_commit(lambda: context.changes.publish(topic))
    if wants_json(request):
        return Response(status_code=204)
    kept = "" if typed.get("discard") else "&done=draft"
    return RedirectResponse(f"/incidents/{case.reference}?act={act}{kept}#act", 303)
