"""One item of a bundle as a file."""

import asyncio
import re
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from controller.blobs.folder import BlobFolder
from controller.core.errors import NotFound, Unavailable
from controller.diagnostics.bundle import Bundle
from controller.web.console import bundles
from evidence.errors import BundleError

_PLAIN_NAME = re.compile(r"[^A-Za-z0-9._-]+")


async def answer(blobs: BlobFolder, row: Bundle, label: str, name: str) -> Response:
    """Streamed, whatever its size. Raises `NotFound` for an item that the bundle does not list, and
    `Unavailable` for a bundle that cannot be read."""
    try:
        async with bundles.opened(blobs, row) as found:
            if label not in {one.label for one in found.manifest.items}:
                raise NotFound("item", label[:80])
    except BundleError as error:
        raise Unavailable(f"this bundle cannot be read: {error}") from error
    safe = _PLAIN_NAME.sub("_", name).strip("._") or "item"
    return StreamingResponse(
        _pieces(blobs, row, label),
        media_type="text/plain; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{safe[:120]}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


async def _pieces(blobs: BlobFolder, row: Bundle, label: str) -> AsyncIterator[bytes]:
    async with bundles.opened(blobs, row) as found:
        item = next(one for one in found.manifest.items if one.label == label)
        pieces = bundles.chunks(found, item)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece
