"""What is open and forgotten: empty by design."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from controller.escalation.forgotten import forgotten
from controller.fleet import store as fleet
from controller.web.console.queue import title_of
from controller.web.pages import pages_of
from controller.web.reader import Here, Staff
from controller.words.requests import NEGLECTS

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Row:
    reference: str
    path: str
    title: str
    severity: str
    customer: str
    zone: str
    neglect: str
    since: datetime


@router.get("/forgotten")
async def forgotten_page(request: Request, reader: Staff, context: Here) -> Response:
    async with context.storage.reading() as connection:
        found = await forgotten(connection, context.clock.now())
        customers = {one.id: one for one in await fleet.customers(connection)}
        rows: list[Row] = []
        for one in found:
            case = one.incident
            machine = await fleet.machine(connection, case.machine_id) if case.machine_id else None
            customer = customers[case.customer_id]
            rows.append(Row(
                case.reference, f"/incidents/{case.reference}",
                title_of(case, machine.name if machine else "", reader.words), case.severity.value,
                customer.name, customer.zone, reader.words._(NEGLECTS[one.neglect.value]), one.since,
            ))  # fmt: skip
    return pages_of(request).shown(reader, "forgotten", here="incidents", topics="incidents", rows=rows)
