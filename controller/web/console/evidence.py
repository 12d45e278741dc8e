"""One item of the evidence, as text."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from controller.core.errors import NotFound
from controller.web.console import bundles, incident
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
) -> Response:
    """One item of a bundle, the first one by default. Raises `NotFound`."""
    whole = await incident.read_whole(context, reference, reader.words)
    view = next((one for one in whole.bundles if str(one.id) == bundle_id), None)
    row = next((one for one in whole.rows if str(one.id) == bundle_id), None)
    if view is None or row is None or view.fault:
        raise NotFound("bundle", bundle_id[:40])
    opened = await bundles.opened(context.blobs, row)
    known = {one.label: one for one in opened.manifest.items}
    label = item or next((one.label for one in view.items if one.readable), "")
    if label not in known:
        raise NotFound("item", label[:80])
    return pages_of(request).shown(
        reader, "evidence", here="incidents", case=incident.case_of(whole, reader), bundle=view,
        item=bundles.open_item(opened, known[label], reader.words),
    )  # fmt: skip
