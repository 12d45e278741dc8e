"""What is written about plans and calendars: versions are added, and withdrawn before they are in force."""

from dataclasses import replace
from uuid import UUID

from controller.audit.actions import record
from controller.core.errors import Conflict, NotFound
from controller.sla import store
from controller.sla.plan import default_plan
from controller.sla.plan_writing import write_plan
from controller.sla.versions.refusal import calendar_beside, plan_beside
from controller.sla.versions.version import ALWAYS, CalendarVersion, PlanVersion, Version, soon
from controller.storage import Unit, take_turn

_TURN = "plans"
_YEARS_SETTLED = 15
"""So long a calendar's holidays are those that were known when it was added."""


async def seed_default_plan(unit: Unit, zone: str | None = None) -> bool:
    """At the first start: "Soporte completo" for everybody, since ever, so that no incident lacks a promise.

    `zone`: where its days begin in reports. False when there is a plan already.
    """
    if await store.any_version(unit.connection):
        return False
    plan = default_plan()
    seeded = replace(plan, effective_from=ALWAYS, zone=zone or plan.zone)
    version = PlanVersion(unit.chance.uuid(), None, ALWAYS, seeded, write_plan(seeded))
    await store.add(unit.connection, version, unit.now)
    return True


async def add_plan(unit: Unit, document: str, customer_id: UUID | None = None) -> PlanVersion:
    """Of that customer alone, or for all who have none of their own. Without `effective_from` it is in force
    from the next whole second. Raises `PlanInvalid` with every fault."""
    await take_turn(unit.connection, _TURN)
    plan = plan_beside(await store.versions(unit.connection), document, customer_id, unit.now)
    begins = plan.effective_from or soon(unit.now)
    version = PlanVersion(
        unit.chance.uuid(), customer_id, begins, replace(plan, effective_from=begins), document,
        unit.actor.name,
    )  # fmt: skip
    await _add(unit, version, "plan.add")
    return version


async def add_calendar(unit: Unit, document: str, customer_id: UUID | None = None) -> CalendarVersion:
    """A new calendar, or a new version of one of that name: as `add_plan`."""
    await take_turn(unit.connection, _TURN)
    read = calendar_beside(await store.versions(unit.connection), document, customer_id, unit.now)
    begins = read.effective_from or soon(unit.now)
    days = read.calendar.holidays.settle(begins.year - 1, begins.year + _YEARS_SETTLED)
    version = CalendarVersion(
        unit.chance.uuid(), customer_id, read.name, begins, replace(read.calendar, holidays=days), document,
        unit.actor.name,
    )  # fmt: skip
    await _add(unit, version, "calendar.add")
    return version


async def withdraw(unit: Unit, version_id: UUID) -> Version:
    """A plan or calendar that is not in force yet. Raises `NotFound`, `Conflict` for one that is in force
    (what was promised stays) and for a calendar that a plan to come relies on."""
    await take_turn(unit.connection, _TURN)
    book = await store.versions(unit.connection)
    every: tuple[Version, ...] = (*book.plans, *book.calendars)
    version = next((one for one in every if one.id == version_id), None)
    if version is None:
        raise NotFound("version", str(version_id))
    if version.effective_from <= unit.now:
        raise Conflict(f"version {version.version} is in force: what was promised stays; add a new version")
    if isinstance(version, CalendarVersion) and (plan := book.relying_on(version)) is not None:
        raise Conflict(f"the plan of {plan.version} relies on this calendar; withdraw that plan first")
    await store.withdraw(unit.connection, version, unit.now)
    kind = "calendar" if isinstance(version, CalendarVersion) else "plan"
    facts = {"name": version.name, "version": version.version}
    await record(unit, f"{kind}.withdraw", str(version.id), facts)
    return version


async def _add(unit: Unit, version: Version, act: str) -> None:
    await store.add(unit.connection, version, unit.now)
    facts = {"name": version.name, "version": version.version, "customer": str(version.customer_id or "")}
    await record(unit, act, str(version.id), facts)
