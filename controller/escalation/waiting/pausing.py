"""How long an incident may wait: the plan says what a pause stops, and its longest (contract.md T5)."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE
from controller.core.errors import Conflict, Invalid
from controller.incidents import actions as incidents
from controller.incidents import store as rows
from controller.incidents.case import Incident
from controller.incidents.events import IncidentChanged
from controller.incidents.pauses import store
from controller.incidents.pauses.actions import PAUSE_TIMER
from controller.incidents.pauses.pause import Awaited
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import load
from controller.sla import store as plans
from controller.sla.durations import duration
from controller.sla.plan import Plan
from controller.storage import Connection, Storage, Unit

log = logging.getLogger(__name__)

LONGEST = timedelta(days=2)
"""Where a plan names no longest pause: the default plan's."""


async def pause(
    unit: Unit,
    incident_id: UUID,
    kind: Awaited | str,
    *,
    length: str | None = None,
    told: str = "",
    note: str = "",
) -> Incident:
    """Pauses an incident for a person. `length`: "90m", "4h" or "2d" of elapsed time; without it, the longest
    that the plan allows. Otherwise like `incidents.actions.pause`.

    Raises `Conflict` where the plan pauses nothing, `Invalid` for a longer wait than it allows.
    """
    case = await load(unit, incident_id)
    plan = await plan_of(unit.connection, case)
    if not plan.pausable:
        raise Conflict(
            f"the plan {plan.name} pauses nothing: tell the customer what you wait for with an update, or "
            "agree on a plan with pausable clocks for incidents opened from then on"
        )
    longest = longest_of(plan)
    return await incidents.pause(
        unit, incident_id, kind, until=unit.now + _length(length, longest), told=told, note=note
    )


def longest_of(plan: Plan) -> timedelta:
    return plan.pause_max.nominal if plan.pause_max is not None else LONGEST


def _length(typed: str | None, longest: timedelta) -> timedelta:
    if not (typed or "").strip():
        return longest
    text = str(typed).strip()
    try:
        found = duration(text).nominal
    except ValueError:
        raise Invalid("length", f"{text[:40]!r} is no length of time", "Write it as 90m, 4h or 2d") from None
    if found <= timedelta(0):
        raise Invalid("length", "is nothing", "Write it as 90m, 4h or 2d")
    if found > longest:
        most = written(longest)
        raise Invalid("length", f"is longer than the {most} that the plan allows", f"Use {most} or less")
    return found


def written(length: timedelta) -> str:
    """As plans and people write it: 90m, 4h, 2d."""
    minutes = round(length.total_seconds() / 60)
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


async def plan_of(connection: Connection, case: Incident) -> Plan:
    """The one in force at its opening (T14)."""
    return (await plans.in_force(connection, case.customer_id, case.opened_at)).plan


async def bound(unit: Unit, happened: IncidentChanged) -> None:
    """Whoever began a wait, a consent's for instance, it ends by itself when the plan says."""
    if happened.entry.kind is not EntryKind.PAUSED:
        return
    case = await rows.incident(unit.connection, happened.incident_id)
    if case is not None:
        latest = happened.entry.at + longest_of(await plan_of(unit.connection, case))
        await incidents.bound_pause(unit, case.id, latest)


async def audit(storage: Storage) -> int:
    """Derives from the open pauses alone which timers must exist, and rebuilds missing ones."""
    async with storage.reading() as connection:
        planned = await timers.store.planned(connection, PAUSE_TIMER)
        missing = [one for one in await store.open_pauses(connection) if one.incident_id not in planned]
    rebuilt = 0
    for one in missing:
        async with storage.unit(ENGINE) as unit:
            case = await rows.incident(unit.connection, one.incident_id, lock=True)
            if case is None or await store.pause_of(unit.connection, case.id) is None:
                continue
            due = await _end(unit, case, one.since, one.until)
        rebuilt += 1
        log.warning("auditor rebuilt a missing timer incident=%s due=%s", case.id, due.isoformat())
    return rebuilt


async def _end(unit: Unit, case: Incident, since: datetime, until: datetime | None) -> datetime:
    latest = since + longest_of(await plan_of(unit.connection, case))
    due = min(until or latest, latest)
    await incidents.bound_pause(unit, case.id, due)
    return due
