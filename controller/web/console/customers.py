"""Whom we serve."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.fleet import store as fleet
from controller.incidents import store as incidents
from controller.incidents.case import CaseState
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Row:
    """`sites` are their names; `open` counts incidents."""

    id: UUID
    name: str
    contact: str
    email: str
    sites: str
    machines: int
    zone: str
    language: str
    open: int


@router.get("/customers")
async def customers_page(request: Request, reader: Staff, context: Here) -> Response:
    async with context.storage.reading() as connection:
        customers = await fleet.customers(connection)
        machines = Counter(
            one.customer_id for one in await fleet.machines(connection) if one.banned_at is None
        )
        every_open = await incidents.queue(connection, state=CaseState.OPEN, limit=10_000)
        sites = await fleet.sites(connection)
    opened = Counter(one.customer_id for one in every_open)
    rows = [
        Row(
            one.id, one.name, one.contact_name, one.contact_email,
            ", ".join(site.name for site in sites if site.customer_id == one.id), machines[one.id], one.zone,
            one.language, opened[one.id],
        )
        for one in customers
    ]  # fmt: skip
    return pages_of(request).shown(
        reader, "customers", here="customers", topics="incidents machine:*", rows=rows
    )
