"""What is written about plans."""

from dataclasses import replace
from datetime import UTC, datetime

from controller.sla import store
from controller.sla.plan import default_plan
from controller.sla.plan_writing import write_plan
from controller.storage import Unit

_ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)


async def seed_default_plan(unit: Unit, zone: str | None = None) -> bool:
    """At the first start: "Soporte completo" for everybody, since ever, so that no incident lacks a promise.

    `zone`: where its days begin in reports. False when there is a plan already.
    """
    if await store.any_version(unit.connection):
        return False
    plan = default_plan()
    seeded = replace(plan, effective_from=_ALWAYS, zone=zone or plan.zone)
    version = store.PlanVersion(unit.chance.uuid(), None, _ALWAYS, seeded)
    await store.add(unit.connection, version, write_plan(seeded), unit.now)
    return True
