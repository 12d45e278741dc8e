"""What a plan or calendar would change, over the API: the same that the console shows before it is saved."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter

from controller.sla import store
from controller.web import plans as reading
from controller.web.api.peer import Here, PlanManager, Short
from controller.web.api.plans import NewDocument
from controller.web.console.plans_preview import Preview, calendar_version, plan_version, preview
from controller.words.catalogue import translator

router = APIRouter(prefix="/api/v1")
Json = dict[str, Any]


class Draft(NewDocument):
    lang: Short = "en"


@router.post("/plans/preview")
async def of_plan(context: Here, _: PlanManager, draft: Draft) -> Json:
    """Nothing is kept. Refuses what adding it would refuse."""
    now = context.clock.now()
    async with context.storage.reading() as connection:
        owner = await reading.customer_named(connection, draft.customer)
        book = await store.versions(connection)
        version = plan_version(book, draft.document, owner.id if owner else None, now)
        found = await preview(connection, book, version, translator(draft.lang), now)
    return _written(found, version.plan.name)


@router.post("/calendars/preview")
async def of_calendar(context: Here, _: PlanManager, draft: Draft) -> Json:
    now = context.clock.now()
    async with context.storage.reading() as connection:
        owner = await reading.customer_named(connection, draft.customer)
        book = await store.versions(connection)
        version = calendar_version(book, draft.document, owner.id if owner else None, now)
        found = await preview(connection, book, version, translator(draft.lang), now)
    return _written(found, version.name)


def _written(found: Preview, name: str) -> Json:
    """`last_days` is null for a calendar that no plan counts."""
    rehearsal = found.rehearsal
    return {
        "name": name,
        "begins": found.begins,
        "against": found.against or None,
        "differences": [asdict(one) for one in found.differences],
        "concerns": found.concerns,
        "customer": found.customer or None,
        "instants": [asdict(one) for one in found.instants],
        "last_days": {
            "days": rehearsal.days,
            "incidents": rehearsal.incidents,
            "worse": rehearsal.worse,
            "better": rehearsal.better,
            "missed": [asdict(one) for one in found.counts],
        }
        if rehearsal
        else None,
    }
