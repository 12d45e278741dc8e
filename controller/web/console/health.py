"""How we are ourselves: a page for administrators."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.people.access import Act, demand
from controller.web.health import looked, rows
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff

router = APIRouter()


@router.get("/health")
async def health_page(request: Request, reader: Staff, context: Here) -> Response:
    """Raises `Refused` for whoever does not administer, `Unavailable` where nobody watches."""
    assert reader.actor is not None
    demand(reader.actor, Act.MANAGE_FLEET)
    found = await looked(context)
    return pages_of(request).shown(
        reader, "health", here="account", topics="incidents", every=60, grade=found.grade.name.lower(),
        rows=rows(found, reader.words),
    )  # fmt: skip
