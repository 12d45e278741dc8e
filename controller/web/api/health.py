"""How we are ourselves, over the API: for administrators."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from controller.web.api.peer import FleetManager, Here
from controller.web.api.shapes import iso
from controller.web.health import looked, rows
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1")


@router.get("/health")
async def health(
    context: Here, _: FleetManager, lang: Annotated[str, Query(max_length=35)] = "en"
) -> dict[str, Any]:
    """`grade`: good, near or bad, the worst of all."""
    found = await looked(context)
    return {
        "as_of": iso(found.at),
        "grade": found.grade.name.lower(),
        "watched": [
            {
                "rule": row.rule,
                "name": row.name,
                "object": row.object,
                "grade": row.grade,
                "grade_name": row.grade_name,
                "said": row.said,
                "since": iso(row.since),
                "incident": row.reference or None,
            }
            for row in rows(found, translator(lang))
        ],
    }
