"""The form on an incident's page that asks a machine for diagnostics."""

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound, Refused
from controller.diagnostics import pulls
from controller.web.console import incident
from controller.web.console.typed import typed_in
from controller.web.fault import fault, refused
from controller.web.reader import Here, Staff

router = APIRouter()


@router.post("/incidents/{reference}/pull")
async def pull(request: Request, reader: Staff, context: Here, reference: str) -> Response:
    """Asks; what cannot be asked says why on the incident's page. Raises `NotFound`."""
    typed = await typed_in(request)
    case = await incident.found(context, reference)
    assert reader.session is not None
    try:
        machine_id = UUID(typed.get("machine", ""))
    except ValueError:
        raise NotFound("machine", typed.get("machine", "")[:40]) from None
    try:
        async with context.storage.unit(reader.session.user.actor) as unit:
            await pulls.ask(unit, machine_id, case.id, typed.get("profile") or "basic")
    except (Conflict, Refused) as error:
        told, status = refused(reader.words, error), 409
    except Invalid as error:
        told, status = fault(reader.words, error).text, 422
    else:
        context.wake_ticker()
        return RedirectResponse(f"/incidents/{case.reference}#pulls", 303)
    whole = await incident.read_whole(context, case.reference, reader.words)
    return incident.shown(request, reader, whole, status, pull_refusal=told)
