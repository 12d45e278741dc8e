"""Announce a window, end it, hold findings back in it; hand over at its end what is still wrong (R8)."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from controller import timers
from controller.audit.actions import record
from controller.core.actor import SYSTEM
from controller.core.errors import Conflict, Invalid, NotFound
from controller.detection.maintenance import store
from controller.detection.maintenance.window import Held, Window, checked, covering
from controller.fleet import store as fleet
from controller.fleet.findings import ConditionsRestated, Finding, FindingRaised
from controller.fleet.machine import Machine
from controller.storage import Storage, Unit

TIMER = "maintenance.end"


def timer_key(window_id: UUID) -> str:
    return f"{TIMER}:{window_id}"


async def announce(
    unit: Unit,
    customer_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    reason: str,
    site_id: UUID | None = None,
    machine_id: UUID | None = None,
) -> Window:
    """A window, with the timer of its end. A start in the past counts from now: what has been told is told.

    Raises `Invalid`, `NotFound`, `Conflict`.
    """
    starts_at = max(starts_at, unit.now)
    checked(starts_at, ends_at, reason, unit.now)
    if await fleet.customer(unit.connection, customer_id) is None:
        raise NotFound("customer", str(customer_id))
    site = await fleet.site(unit.connection, site_id) if site_id else None
    if site_id and (site is None or site.customer_id != customer_id):
        raise Invalid("site", "is not a site of this customer", "See `vigia sites list`")
    machine = await fleet.machine(unit.connection, machine_id) if machine_id else None
    if machine_id and (machine is None or machine.customer_id != customer_id):
        raise Invalid("machine", "is not a machine of this customer", "See `vigia machines list`")
    window = Window(
        unit.chance.uuid(),
        await store.next_number(unit.connection),
        customer_id,
        site_id,
        machine_id,
        starts_at,
        ends_at,
        reason.strip(),
        unit.actor.name,
        unit.now,
    )
    await store.add(unit.connection, window)
    await timers.plan(unit, timer_key(window.id), TIMER, window.id, ends_at)
    await record(unit, "maintenance.announced", str(window.id), {"number": str(window.number)})
    return window


async def end(unit: Unit, number: int) -> Window:
    """Over now; one that has not begun is called off. Raises `NotFound`, and `Conflict` when it is over."""
    window = await store.numbered(unit.connection, number)
    if window is None:
        raise NotFound("maintenance window", str(number))
    if window.ends_at <= unit.now:
        raise Conflict(f"maintenance window {number} is over already")
    await store.ends(unit.connection, window.id, unit.now)
    await timers.plan(unit, timer_key(window.id), TIMER, window.id, unit.now)
    await record(unit, "maintenance.ended", str(window.id), {"number": str(number)})
    return replace(window, ends_at=unit.now, ended_early_at=unit.now)


async def holds_back(unit: Unit, machine: Machine, finding: Finding) -> bool:
    """Whether a window is open for this machine: then the finding stands in its log and waits for its end."""
    window = covering(await store.open_for(unit.connection, machine, unit.now), machine)
    if window is None:
        return False
    held = Held(window.id, finding.finding_id, machine.id, finding.rule, finding.object, unit.now)
    await store.hold(unit.connection, held)
    return True


async def not_held_back(unit: Unit, machine: Machine, restated: ConditionsRestated) -> frozenset[UUID]:
    """Which restated findings may become incidents: those that no window holds back."""
    stated = {finding.finding_id for finding in restated.conditions}
    window = covering(await store.open_for(unit.connection, machine, unit.now), machine)
    if window is not None:
        for finding in restated.conditions:
            await holds_back(unit, machine, finding)
        return frozenset()
    return frozenset(stated - await store.unjudged(unit.connection, stated))


async def end_on_timer(unit: Unit, claim: timers.Claim) -> None:
    """The timer's handler: what is still wrong is announced as found now; the rest is history."""
    await timers.take(unit, claim)
    await _judge(unit, claim.subject)


async def _judge(unit: Unit, window_id: UUID) -> None:
    for held in await store.held_in(unit.connection, window_id, unjudged_only=True):
        known = await fleet.finding(unit.connection, held.finding_id)
        machine = await fleet.machine(unit.connection, held.machine_id)
        lasts = known is not None and known.cleared_at is None
        lasts = lasts and machine is not None and machine.banned_at is None
        await store.judge(unit.connection, window_id, [held.finding_id], unit.now, lasts)
        if lasts and known is not None:
            # We knew it all along and were asked to wait: the promise counts from the end of the window.
            unit.announce(FindingRaised(replace(known.finding, opened_at=unit.now)))


async def audit(storage: Storage) -> int:
    """Windows that are over and were never judged get their timer again; how many."""
    async with storage.reading() as connection:
        forgotten = await store.over_with_held(connection, storage.clock.now())
        planned = await timers.store.planned(connection, TIMER) if forgotten else {}
    missing = [window_id for window_id in forgotten if window_id not in planned]
    for window_id in missing:
        async with storage.unit(SYSTEM) as unit:
            await timers.plan(unit, timer_key(window_id), TIMER, window_id, unit.now)
    return len(missing)
