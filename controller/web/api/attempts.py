"""What was tried in the lab, over the API: an incident's runs and attempts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from controller.core.errors import Invalid
from controller.fleet import store as fleet
from controller.reproductions import store
from controller.reproductions.reproduction import Record
from controller.web.api.attempt_shapes import attempt, counted
from controller.web.api.incidents import found
from controller.web.api.peer import Here, Reader, Short
from controller.web.api.shapes import Json
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1/incidents")


@router.get("/{reference}/attempts")
async def attempts(
    context: Here,
    _: Reader,
    reference: str,
    run: Short | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    lang: Annotated[str, Query(max_length=35)] = "en",
) -> Json:
    """The newest attempts, oldest first; every run is counted whole. Raises `NotFound`, `Invalid`."""
    words = translator(lang)
    async with context.storage.reading() as connection:
        case = await found(connection, reference)
        customer = await fleet.customer(connection, case.customer_id)
        record = await store.record(connection, [case.id])
        run_id = _run_id(run, record) if run else None
        tallies = tuple(one for one in record.tallies if run_id in (None, one.run_id))
        left = max(0, sum(one.attempts for one in tallies) - limit)
        rows = await store.attempts(connection, case.id, run_id, limit=limit, offset=left)
    return {
        "reference": case.reference,
        "zone": customer.zone if customer else "UTC",
        **counted(Record(tallies), {case.id: case.reference}, words),
        "left_out": left,
        "list": [attempt(one, words) for one in rows],
    }


def _run_id(text: str, record: Record) -> UUID:
    """By the beginning of its id, as the lab shows it. Raises `Invalid`."""
    wanted = text.strip().lower()
    fitting = {one.run_id for one in record.tallies if wanted and str(one.run_id).startswith(wanted)}
    if len(fitting) != 1:
        raise Invalid("run", "is none of this incident, or more than one", "Write more of its id")
    return fitting.pop()
