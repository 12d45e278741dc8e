"""One item of the evidence, as text."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from controller.core.errors import Invalid, NotFound
from controller.diagnostics.search import search
from controller.web.api.companions import bundles_of
from controller.web.console import bundles, download, incident
from controller.web.fault import fault
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff

router = APIRouter()


@router.get("/incidents/{reference}/evidence/{bundle_id}")
async def evidence_page(
    request: Request,
    reader: Staff,
    context: Here,
    reference: str,
    bundle_id: str,
    item: Annotated[str, Query(max_length=1_000)] = "",
    q: Annotated[str, Query(max_length=1_000)] = "",
) -> Response:
    """One item of a bundle, the first one by default; with `q`, the lines of all items that hold it. Raises
    `NotFound`."""
    whole = await incident.read_whole(context, reference, reader.words)
    view = next((one for one in whole.bundles if str(one.id) == bundle_id), None)
    row = next((one for one in whole.rows if str(one.id) == bundle_id), None)
    if view is None or row is None or view.fault:
        raise NotFound("bundle", bundle_id[:40])
    found, faults = None, None
    async with bundles.opened(context.blobs, row) as opened:
        known = {one.label: one for one in opened.manifest.items}
        label = item or next((one.label for one in view.items if one.readable), "")
        if label not in known:
            raise NotFound("item", label[:80])
        shown = await asyncio.to_thread(bundles.open_item, opened, known[label], reader.words)
        try:
            found = await asyncio.to_thread(search, opened, q) if q else None
        except Invalid as error:
            faults = fault(reader.words, error)
    return pages_of(request).shown(
        reader, "evidence", here="incidents", case=incident.case_of(whole, reader), bundle=view,
        item=shown, query=q, found=found, faults=faults,
    )  # fmt: skip


@router.get("/incidents/{reference}/evidence/{bundle_id}/whole")
async def whole_item(
    _: Staff,
    context: Here,
    reference: str,
    bundle_id: str,
    item: Annotated[str, Query(max_length=1_000)],
) -> Response:
    """An item whole, as a file; no browser shows it as anything but text. Raises `NotFound`."""
    case = await incident.found(context, reference)
    async with context.storage.reading() as connection:
        rows = await bundles_of(connection, case)
    row = next((one for one in rows if str(one.id) == bundle_id), None)
    if row is None:
        raise NotFound("bundle", bundle_id[:40])
    return await download.answer(context.blobs, row, item, f"{case.reference}-{item.rpartition('/')[2]}")
