"""Attempts at making an incident's symptom happen again: all of them, one of them, and one by hand."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from controller.core.errors import Invalid, NotFound, Refused
from controller.fleet import store as fleet
from controller.incidents.case import Incident
from controller.reproductions import actions, store
from controller.reproductions.offer import FILE_LIMIT_BYTES, FILES_LIMIT
from controller.reproductions.reproduction import Attempt, Origin, Verdict
from controller.web.console import attempt_files, attempt_form, attempt_views, incident, reproductions
from controller.web.console.queue import title_of
from controller.web.console.typed import typed_in
from controller.web.context import Context
from controller.web.fault import Fault, fault, refused
from controller.web.pages import pages_of
from controller.web.reader import Here, Reader, Staff
from controller.words import formats
from controller.words import reproductions as names
from evidence.errors import EvidenceError

router = APIRouter()
PAGE = 50
"""So many attempts stand on one page."""


@router.get("/incidents/{reference}/attempts")
async def attempts_page(
    request: Request,
    reader: Staff,
    context: Here,
    reference: str,
    run: Annotated[str, Query(max_length=100)] = "",
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Response:
    """All attempts, or those of one run; the only one of a run is shown at once. Raises `NotFound`."""
    case = await incident.found(context, reference)
    run_id = _id("run", run) if run else None
    async with context.storage.reading() as connection:
        record = await store.record(connection, [case.id])
        found = await store.attempts(connection, case.id, run_id, limit=PAGE + 1, offset=(page - 1) * PAGE)
    if run_id is not None and not found and page == 1:
        raise NotFound("run", run[:40])
    if run_id is not None and len(found) == 1 and page == 1:
        return RedirectResponse(f"/incidents/{case.reference}/attempts/{found[0].id}", 303)
    shown = [attempt_views.attempt_view(one, case.reference, None, reader.words) for one in found[:PAGE]]
    tallies = tuple(one for one in record.tallies if run_id in (None, one.run_id))
    return pages_of(request).shown(
        reader, "attempts", here="incidents", topics=f"incident:{case.id}",
        **await _head(context, reader, case), attempts=shown, run=run, page=page, more=len(found) > PAGE,
        picture=reproductions.picture(type(record)(tallies).rate, reader.words),
        count=sum(one.attempts for one in tallies),
    )  # fmt: skip


@router.get("/incidents/{reference}/attempts/new")
async def new_page(request: Request, reader: Staff, context: Here, reference: str) -> Response:
    """The empty form. Raises `NotFound`."""
    return await _form(request, reader, context, await incident.found(context, reference))


@router.post("/incidents/{reference}/attempts")
async def record(request: Request, reader: Staff, context: Here, reference: str) -> Response:
    """An attempt by hand. What cannot be taken comes back with what was typed; only the files must be chosen
    again, since no browser sends them twice by itself."""
    typed = await typed_in(request)
    case = await incident.found(context, reference)
    assert reader.session is not None
    actor, refusal, faults, status = reader.session.user.actor, "", None, 422
    try:
        if not reader.may_write:
            raise Refused(f"{actor.name} may not work on incidents: that needs the role engineer")
        offer = await attempt_form.offer_of(request, context, case, typed, actor, await _zone(context, case))
        async with context.storage.unit(actor) as unit:
            made = await actions.record(unit, offer)
    except Invalid as error:
        named = error.field if not error.field.startswith("files") else "files"
        faults = fault(reader.words, Invalid(named, error.limit, error.way_out))
    except Refused as error:
        refusal, status = refused(reader.words, error), 403
    else:
        return RedirectResponse(f"/incidents/{case.reference}/attempts/{made.id}?done=1", 303)
    return await _form(request, reader, context, case, status, typed=typed, faults=faults, refusal=refusal)


@router.get("/incidents/{reference}/attempts/{attempt_id}")
async def attempt_page(
    request: Request, reader: Staff, context: Here, reference: str, attempt_id: str, done: str = ""
) -> Response:
    """Raises `NotFound`."""
    case, one = await _found(context, reference, attempt_id)
    async with context.storage.reading() as connection:
        lab = await fleet.machine(connection, one.lab_id) if one.lab_id else None
    view = attempt_views.attempt_view(one, case.reference, lab, reader.words)
    shown = await attempt_views.contents(context.blobs, one, view.path, reader.words)
    return pages_of(request).shown(
        reader, "attempt", here="incidents", **await _head(context, reader, case), attempt=view,
        files=shown.files, played=shown.played, recipe=shown.recipe, bench=shown.bench, done=bool(done),
        by_hand=one.origin is Origin.HAND,
    )  # fmt: skip


@router.get("/incidents/{reference}/attempts/{attempt_id}/transcript")
async def transcript(_: Staff, context: Here, reference: str, attempt_id: str) -> Response:
    """What the player plays. Raises `NotFound`."""
    _case, one = await _found(context, reference, attempt_id)
    if one.file(attempt_views.TRANSCRIPT) is None:
        raise NotFound("transcript", attempt_id[:40])
    try:
        found = await attempt_views.transcript(context.blobs, one)
    except EvidenceError as error:
        raise NotFound("transcript", str(error)) from None
    return JSONResponse(attempt_views.playable(found))


@router.get("/incidents/{reference}/attempts/{attempt_id}/files/{number}")
async def file(_: Staff, context: Here, reference: str, attempt_id: str, number: str) -> Response:
    """To be saved, never shown by the browser: it is anybody's content. Raises `NotFound`."""
    _case, one = await _found(context, reference, attempt_id)
    if not (number.isascii() and number.isdigit() and len(number) < 4 and int(number) < len(one.files)):
        raise NotFound("file", number[:40])
    kept = one.files[int(number)]
    name = quote(kept.name.rsplit("/", 1)[-1], safe="")
    return Response(
        await context.blobs.get(kept.sha256),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


async def _found(context: Context, reference: str, attempt_id: str) -> tuple[Incident, Attempt]:
    case = await incident.found(context, reference)
    async with context.storage.reading() as connection:
        one = await store.attempt(connection, _id("attempt", attempt_id))
    if one is None or one.incident_id != case.id:
        raise NotFound("attempt", attempt_id[:40])
    return case, one


def _id(noun: str, text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(noun, text[:40]) from None


async def _zone(context: Context, case: Incident) -> str:
    async with context.storage.reading() as connection:
        customer = await fleet.customer(connection, case.customer_id)
    return customer.zone if customer else "UTC"


async def _head(context: Context, reader: Reader, case: Incident) -> dict[str, Any]:
    """What these pages show of the incident."""
    async with context.storage.reading() as connection:
        machine = await fleet.machine(connection, case.machine_id) if case.machine_id else None
    return {
        "reference": case.reference,
        "case_path": f"/incidents/{case.reference}",
        "title": title_of(case, machine.name if machine else "", reader.words),
        "zone": await _zone(context, case),
        "may_write": reader.may_write,
    }


async def _form(
    request: Request, reader: Reader, context: Context, case: Incident, status: int = 200, *,
    typed: Mapping[str, str] | None = None, faults: Fault | None = None, refusal: str = "",
) -> Response:  # fmt: skip
    """`id` makes one attempt of a form that is sent twice."""
    shown = {"id": str(context.storage.chance.uuid()), **(typed or {})}
    words = reader.words
    return pages_of(request).shown(
        reader, "attempt_new", status, here="incidents", **await _head(context, reader, case), typed=shown,
        faults=faults, refusal=refusal,
        verdicts=[(one.value, names.verdict(words, one.value)) for one in Verdict],
        most_files=FILES_LIMIT, most_file_bytes=FILE_LIMIT_BYTES,
        most_together_bytes=attempt_files.TOGETHER_BYTES,
        most_file=formats.size(FILE_LIMIT_BYTES, words.language),
        most_together=formats.size(attempt_files.TOGETHER_BYTES, words.language),
    )  # fmt: skip
