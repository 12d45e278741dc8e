"""An incident's bundles as JSON: when each was taken, what it holds, and its gaps."""

from controller.blobs.folder import BlobFolder
from controller.diagnostics.bundle import Bundle
from controller.web.api import shapes
from controller.web.api.shapes import Json
from controller.web.console import bundles
from controller.words.catalogue import translator


async def evidence(blobs: BlobFolder, rows: tuple[Bundle, ...], lang: str) -> list[Json]:
    """`fault` says why a bundle cannot be read, `gap` what an item lacks; null when nothing is wrong."""
    shown = await bundles.views(blobs, rows, "", translator(lang))
    return [
        {
            "id": str(row.id),
            "sha256": row.sha256,
            "size_bytes": row.size_bytes,
            "taken_at": shapes.iso(row.taken_at),
            "fault": view.fault or None,
            "items": [
                {"name": item.label, "size": item.size, "gap": item.gap or None} for item in view.items
            ],
        }
        for row, view in zip(rows, shown, strict=True)
    ]
