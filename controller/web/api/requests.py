"""Requests over the API: the same verbs as on their pages."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from controller.requests import actions, store
from controller.requests.request import Request, RequestKind, RequestState
from controller.storage import Connection
from controller.web.api import shapes
from controller.web.api.incidents import found as incident_found
from controller.web.api.peer import Here, Reader, Short, Words, Worker
from controller.web.console.requests import cases_of, request_found, rows_of
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1/requests")
Language = Annotated[str, Query(max_length=35)]


class NewRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    incident: Short
    kind: RequestKind
    title: Words
    body: Words = ""


class Which(BaseModel):
    model_config = ConfigDict(extra="forbid")

    incident: Short


class NewState(BaseModel):
    model_config = ConfigDict(extra="forbid")

    state: RequestState
    reason: Words = ""


async def _whole(connection: Connection, request: Request, lang: str) -> dict[str, Any]:
    words = translator(lang)
    cases = await cases_of(connection, request, words)
    return {
        "reference": request.reference,
        "kind": request.kind.value,
        "state": request.state.value,
        "title": request.title,
        "body": request.body,
        "reason": request.reason,
        "created_by": request.created_by,
        "created_at": shapes.iso(request.created_at),
        "updated_at": shapes.iso(request.updated_at),
        "customers": list(dict.fromkeys(case.customer for case in cases)),
        "incidents": [
            {
                "reference": case.reference,
                "title": case.title,
                "customer": case.customer,
                "joined_at": shapes.iso(case.joined_at),
                "joined_by": case.joined_by,
            }
            for case in cases
        ],
    }


@router.get("")
async def listed(
    context: Here,
    _: Reader,
    state: RequestState | None = None,
    kind: RequestKind | None = None,
    lang: Language = "en",
) -> list[dict[str, Any]]:
    """The newest first; `incidents` is counted, `customers` are names."""
    async with context.storage.reading() as connection:
        found = await store.requests(connection, state=state, kind=kind)
        rows = await rows_of(connection, found, translator(lang))
    return [
        {
            "reference": one.reference,
            "kind": one.kind.value,
            "state": one.state.value,
            "title": one.title,
            "customers": list(row.customers),
            "incidents": row.incidents,
            "updated_at": shapes.iso(one.updated_at),
        }
        for one, row in zip(found, rows, strict=True)
    ]


@router.post("")
async def add(context: Here, actor: Worker, new: NewRequest) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        case = await incident_found(unit.connection, new.incident)
        made = await actions.register(unit, case.id, new.kind, new.title, new.body)
        return await _whole(unit.connection, made, "en")


@router.get("/{reference}")
async def whole(context: Here, _: Reader, reference: str, lang: Language = "en") -> dict[str, Any]:
    async with context.storage.reading() as connection:
        return await _whole(connection, await request_found(connection, reference), lang)


@router.post("/{reference}/join")
async def join(context: Here, actor: Worker, reference: str, which: Which) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        request = await request_found(unit.connection, reference)
        case = await incident_found(unit.connection, which.incident)
        await actions.join(unit, request.id, case.id)
        return await _whole(unit.connection, request, "en")


@router.post("/{reference}/state")
async def state(context: Here, actor: Worker, reference: str, new: NewState) -> dict[str, Any]:
    async with context.storage.unit(actor) as unit:
        request = await request_found(unit.connection, reference)
        moved = await actions.move(unit, request.id, new.state, new.reason)
        return await _whole(unit.connection, moved, "en")
