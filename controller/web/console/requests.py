"""Requests: the list with who asks, one of them, and registering one from an incident's page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from fastapi import APIRouter
from starlette.requests import Request as Asked
from starlette.responses import RedirectResponse, Response

from controller.core.errors import Conflict, Invalid, NotFound
from controller.fleet import store as fleet
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.requests import actions, store
from controller.requests.request import Request, RequestKind, RequestState
from controller.storage import Connection
from controller.web.api.incidents import found as incident_found
from controller.web.console.queue import title_of
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff
from controller.words import requests as names
from controller.words.catalogue import Translator

router = APIRouter()
TONES = {"open": "soon", "accepted": "calm", "declined": "idle", "done": "done"}
Kind = TypeVar("Kind", bound=Enum)


@dataclass(frozen=True, slots=True)
class Row:
    """`customers` are names; each counts once however many of its incidents ask."""

    reference: str
    path: str
    title: str
    kind: str
    state: str
    tone: str
    customers: tuple[str, ...]
    incidents: int
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class AskingCase:
    reference: str
    path: str
    title: str
    customer: str
    joined_at: datetime
    joined_by: str


@router.get("/requests")
async def requests_page(
    asked: Asked, reader: Staff, context: Here, state: str = "", kind: str = ""
) -> Response:
    """A filter that is none of ours filters nothing."""
    async with context.storage.reading() as connection:
        found = await store.requests(
            connection, state=one_of(RequestState, state), kind=one_of(RequestKind, kind)
        )
        rows = await rows_of(connection, found, reader.words)
    words = reader.words
    return pages_of(asked).shown(
        reader, "requests", here="requests", rows=rows, zone=_zone(reader), filtered=bool(state or kind),
        states=[("", words._("Any")), *_choices(names.STATES, words)], state=state,
        kinds=[("", words._("Any")), *_choices(names.KINDS, words)], kind=kind,
    )  # fmt: skip


@router.post("/requests")
async def register(asked: Asked, reader: Staff, context: Here) -> Response:
    """From an incident's page, in one step. Raises `Invalid`, `NotFound`, `Refused`."""
    typed = await typed_in(asked)
    kind = one_of(RequestKind, typed.get("kind", ""))
    if kind is None:
        raise Invalid("kind", "is missing", "Choose one")
    assert reader.actor is not None
    async with context.storage.unit(reader.actor) as unit:
        case = await incident_found(unit.connection, typed.get("incident", ""))
        made = await actions.register(unit, case.id, kind, typed.get("title", ""), typed.get("body", ""))
    return RedirectResponse(f"/requests/{made.reference}", 303)


@router.get("/requests/{reference}")
async def request_page(asked: Asked, reader: Staff, context: Here, reference: str) -> Response:
    """Raises `NotFound`."""
    return await _shown(asked, reader, context, reference)


@router.post("/requests/{reference}/{act}")
async def perform(asked: Asked, reader: Staff, context: Here, reference: str, act: str) -> Response:
    """join (an incident) or move (to a state)."""
    typed = await typed_in(asked)
    assert reader.actor is not None
    faults: Fault | None = None
    refusal = ""
    try:
        async with context.storage.unit(reader.actor) as unit:
            request = await request_found(unit.connection, reference)
            if act == "join":
                case = await incident_found(unit.connection, typed.get("incident", ""))
                await actions.join(unit, request.id, case.id)
            elif act == "move":
                target = one_of(RequestState, typed.get("state", ""))
                if target is None:
                    raise Invalid("state", "is missing", "Choose one")
                await actions.move(unit, request.id, target, typed.get("reason", ""))
            else:
                raise NotFound("form", act[:40])
    except Invalid as error:
        faults = fault(reader.words, error)
    except Conflict as error:
        refusal = refused(reader.words, error)
    else:
        return RedirectResponse(f"/requests/{request.reference}", 303)
    status = 422 if faults else 409
    return await _shown(asked, reader, context, reference, status, typed, faults, refusal)


async def request_found(connection: Connection, reference: str) -> Request:
    """By "REQ-7", "req-7" or "7". Raises `NotFound`."""
    digits = reference.strip().upper().removeprefix("REQ-")
    request = None
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        request = await store.request_numbered(connection, int(digits))
    if request is None:
        raise NotFound("request", reference[:40])
    return request


async def rows_of(connection: Connection, found: Collection[Request], words: Translator) -> list[Row]:
    asking = await store.asking(connection, [one.id for one in found])
    customers = {one.id: one.name for one in await fleet.customers(connection)}
    return [
        Row(
            one.reference, f"/requests/{one.reference}", one.title, names.kind(words, one.kind.value),
            names.state(words, one.state.value), TONES[one.state.value],
            tuple(dict.fromkeys(customers.get(each.customer_id, "") for each in asking[one.id])),
            len(asking[one.id]), one.updated_at,
        )
        for one in found
    ]  # fmt: skip


async def cases_of(connection: Connection, request: Request, words: Translator) -> list[AskingCase]:
    """Who asks for it, in the order in which they joined."""
    asking = (await store.asking(connection, [request.id]))[request.id]
    cases = {one.id: one for one in await incidents.several(connection, [one.incident_id for one in asking])}
    customers = {one.id: one.name for one in await fleet.customers(connection)}
    shown: list[AskingCase] = []
    for one in asking:
        case: Incident = cases[one.incident_id]
        machine = await fleet.machine(connection, case.machine_id) if case.machine_id else None
        shown.append(AskingCase(
            case.reference, f"/incidents/{case.reference}",
            title_of(case, machine.name if machine else "", words), customers.get(case.customer_id, ""),
            one.joined_at, one.joined_by,
        ))  # fmt: skip
    return shown


async def _shown(
    asked: Asked, reader: Reader, context: Context, reference: str, status: int = 200,
    typed: Mapping[str, str] | None = None, faults: Fault | None = None, refusal: str = "",
) -> Response:  # fmt: skip
    words = reader.words
    async with context.storage.reading() as connection:
        request = await request_found(connection, reference)
        cases = await cases_of(connection, request, words)
    return pages_of(asked).shown(
        reader, "request", status, here="requests", request=request, cases=cases, zone=_zone(reader),
        kind=names.kind(words, request.kind.value), state=names.state(words, request.state.value),
        tone=TONES[request.state.value], may_write=reader.may_write, typed=typed or {}, faults=faults,
        refusal=refusal,
        states=[pair for pair in _choices(names.STATES, words) if pair[0] != request.state.value],
    )  # fmt: skip


def one_of(kinds: type[Kind], value: str) -> Kind | None:
    return next((kind for kind in kinds if kind.value == value), None)


def _choices(known: Mapping[str, str], words: Translator) -> list[tuple[str, str]]:
    return [(value, words._(name)) for value, name in known.items()]


def kinds(words: Translator) -> list[tuple[str, str]]:
    """For the form on an incident's page."""
    return _choices(names.KINDS, words)


def _zone(reader: Reader) -> str:
    return reader.session.user.zone if reader.session else "UTC"
