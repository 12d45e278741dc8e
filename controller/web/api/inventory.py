"""What a machine is made of, over the API."""

from typing import Any

from fastapi import APIRouter

from controller.fleet.inventory import store
from controller.web.api import shapes
from controller.web.api.fleet import machine_named
from controller.web.api.peer import Here, Reader, Short
from controller.words import inventory as told
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1")
CHANGES = 500


@router.get("/machines/{name:path}/inventory")
async def inventory(context: Here, _: Reader, name: Short, lang: Short = "en") -> dict[str, Any]:
    """`taken_at` is null for a machine that never sent its inventory."""
    words = translator(lang)
    async with context.storage.reading() as connection:
        machine = await machine_named(connection, name)
        found = await store.inventory(connection, machine.id)
        changes = await store.changes(connection, machine.id, CHANGES)
        known = await shapes.names(connection)
    return {
        **{key: shapes.machine(machine, known)[key] for key in ("name", "id", "zone")},
        "taken_at": shapes.iso(found.taken_at) if found else None,
        **(dict(found.ones) if found else {}),
        **(dict(found.lists) if found else {}),
        "gaps": dict(found.gaps) if found else {},
        "changes": [
            {
                "at": shapes.iso(one.at),
                "section": one.change.section,
                "name": one.change.name,
                "field": one.change.field,
                "before": one.change.before,
                "after": one.change.after,
                "said": told.changed(
                    words, one.change.section, one.change.name, one.change.field, one.change.before,
                    one.change.after,
                ),
            }
            for one in changes
        ],
    }  # fmt: skip
