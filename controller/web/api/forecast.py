"""The next hours over the API, with the sentences that go with them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from controller.reports.forecast.reading import hours_of
from controller.reports.forecast.work import LEVELS, Chance
from controller.web.api.peer import Here, Reader, Short
from controller.web.api.shapes import iso
from controller.web.forecast import Promise, told
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1")


@router.get("/forecast")
async def forecast(
    context: Here, _: Reader, hours: Short | None = None, lang: Annotated[str, Query(max_length=35)] = "en"
) -> dict[str, Any]:
    """Lengths in seconds; `hours` from 1 to 48, otherwise 8. Raises `Invalid`."""
    async with context.storage.reading() as connection:
        found = await told(connection, context.clock.now(), hours_of(hours), translator(lang))
    return {
        "as_of": iso(found.now),
        "until": iso(found.until),
        "hours": found.hours,
        "zone": found.zone,
        "counts": found.counts,
        "promises": [_promise(one) for one in found.promises],
        "savings": [
            {
                "kind": one.change.kind.value,
                "incident": f"INC-{one.change.number}" if one.change.number else None,
                "level": one.change.level or None,
                "until": iso(one.change.until),
                "saved": one.saved,
                "eased": one.eased,
                "said": said,
            }
            for one, said in found.savings
        ],
        "by_hour": [
            {
                "start": iso(hour.start),
                **{chance.value: hour.chances.get(chance, 0) for chance in Chance},
                "work_s": hour.work.total_seconds(),
                "hands_s": hour.hands.total_seconds(),
                "on_duty": {str(level): hour.people.get(level, 0) for level in LEVELS},
            }
            for hour in found.by_hour
        ],
        "notes": list(found.notes),
    }


def _promise(one: Promise) -> dict[str, Any]:
    return {
        "incident": one.reference,
        "title": one.title,
        "customer": one.customer,
        "severity": one.severity,
        "clock": one.clock,
        "clock_name": one.clock_name,
        "due": iso(one.due),
        "expected_at": iso(one.expected_at),
        "slow_at": iso(one.slow_at),
        "level": one.level,
        "chance": one.chance,
        "chance_name": one.chance_name,
        "why": one.why,
        "said": one.said,
        "follows": one.follows,
    }
