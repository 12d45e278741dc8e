"""Verbs of requests: registered from an incident, joined by another, moved."""

from dataclasses import replace
from uuid import UUID

from controller.core.errors import Conflict, NotFound
from controller.incidents import actions as incidents
from controller.incidents import store as incident_rows
from controller.incidents.limits import REASON_CHARACTERS, check_characters, check_text, check_writer
from controller.requests import store
from controller.requests.request import Asking, Request, RequestKind, RequestState, check_move
from controller.storage import Unit

TITLE_CHARACTERS = 255


async def register(unit: Unit, incident_id: UUID, kind: RequestKind, title: str, body: str = "") -> Request:
    """In one step: the request, and the incident that asks for it first. Raises `Invalid`, `NotFound`."""
    check_writer(unit.actor)
    made = Request(
        id=unit.chance.uuid(),
        number=await store.next_number(unit.connection),
        kind=kind,
        state=RequestState.OPEN,
        title=check_characters("title", title, TITLE_CHARACTERS),
        body=check_text("body", body, required=False),
        reason="",
        created_by=unit.actor.name,
        created_at=unit.now,
        updated_at=unit.now,
    )
    await store.add(unit.connection, made)
    await _join(unit, made, incident_id)
    return made


async def join(unit: Unit, request_id: UUID, incident_id: UUID) -> Request:
    """One more incident asks for it. Raises `Conflict` when it does already."""
    check_writer(unit.actor)
    request = await _load(unit, request_id)
    await _join(unit, request, incident_id)
    return request


async def _join(unit: Unit, request: Request, incident_id: UUID) -> None:
    case = await incident_rows.incident(unit.connection, incident_id)
    if case is None:
        raise NotFound("incident", str(incident_id))
    made = Asking(request.id, case.id, case.customer_id, unit.now, unit.actor.name)
    if not await store.join(unit.connection, made):
        raise Conflict(f"{case.reference} asks for {request.reference} already")
    await incidents.note_request(
        unit, case.id, reference=request.reference, kind=request.kind.value, title=request.title
    )


async def move(unit: Unit, request_id: UUID, state: RequestState, reason: str = "") -> Request:
    """To another state; declining needs a reason. Raises `Invalid`, `Conflict`, `NotFound`."""
    check_writer(unit.actor)
    reason = check_characters("reason", reason, REASON_CHARACTERS, required=False)
    request = await _load(unit, request_id)
    check_move(request, state, reason)
    await store.move(unit.connection, request.id, state, reason, unit.now)
    return replace(request, state=state, reason=reason, updated_at=unit.now)


async def _load(unit: Unit, request_id: UUID) -> Request:
    """Locked until the unit ends."""
    found = await store.request(unit.connection, request_id, lock=True)
    if found is None:
        raise NotFound("request", str(request_id))
    return found
