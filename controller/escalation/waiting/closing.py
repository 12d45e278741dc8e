"""Everything is closed in the end: a resolved incident waits for its customer's word, and not for ever."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from controller import timers
from controller.core.actor import ENGINE
from controller.fleet import store as fleet
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.correspondence import (
    CLOSE_TIMER,
    await_confirmation,
    await_nothing,
    close_in_silence,
    customer_reopens,
    customer_writes,
    open_by_person,
    theirs,
)
from controller.incidents.events import IncidentChanged
from controller.incidents.limits import SUMMARY_CHARACTERS, check_text
from controller.incidents.timeline import EntryKind
from controller.sla import store as plans
from controller.storage import Connection, Storage, Unit
from controller.words import rules
from controller.words.catalogue import translator

log = logging.getLogger(__name__)

_ENDS = frozenset({EntryKind.REOPENED, EntryKind.CLOSED})


async def plan_closing(unit: Unit, happened: IncidentChanged) -> None:
    """Resolved: the plan's days begin. Reopened or closed: nothing is waited for any more."""
    if happened.entry.kind in _ENDS:
        await await_nothing(unit, happened.incident_id)
    elif happened.entry.kind is EntryKind.RESOLVED:
        case = await incidents.incident(unit.connection, happened.incident_id)
        if case is not None:
            days = await days_of_silence(unit.connection, case)
            await await_confirmation(unit, case.id, happened.entry.at + timedelta(days=days))


async def close_if_silent(unit: Unit, claim: timers.Claim) -> None:
    """The timer's handler. The incident is locked before the claim is used up, as everybody locks."""
    case = await incidents.incident(unit.connection, claim.subject, lock=True)
    await timers.take(unit, claim)
    if case is not None:
        await close_in_silence(unit, case, await days_of_silence(unit.connection, case))


async def days_of_silence(connection: Connection, case: Incident) -> int:
    """How many days of 24 h the plan in force at its opening gives the customer (T14)."""
    version = await plans.in_force(connection, case.customer_id, case.opened_at)
    return version.plan.close_after_days


async def customer_returns(unit: Unit, incident_id: UUID, body: str) -> Incident:
    """A customer says that it does not work, after it was resolved or closed. Within the plan's days after
    the closing it is open again; later it is a new incident that refers to the old one, with clocks of its
    own. Returns the one that is open now. Raises `Conflict` when it was open already."""
    case = await theirs(unit, incident_id)
    if case.state is not CaseState.CLOSED:
        if case.id != incident_id and case.state is CaseState.OPEN:
            return await customer_writes(unit, case.id, body)  # its survivor is being worked on
        return await customer_reopens(unit, case.id, body)
    ended = await incidents.entries_of_kinds(unit.connection, (case.id,), (EntryKind.CLOSED,))
    days = timedelta(days=await days_of_silence(unit.connection, case))
    if ended[case.id] and unit.now - ended[case.id][-1].at <= days:
        return await customer_reopens(unit, case.id, body, closed_too=True)
    customer = await fleet.customer(unit.connection, case.customer_id)
    machine = await fleet.machine(unit.connection, case.machine_id) if case.machine_id else None
    words = translator(customer.language if customer else None)
    name = machine.name if machine else ""
    title = rules.title(words, case.rule, case.object, case.facts, name) if case.rule else case.summary
    return await open_by_person(
        unit,
        customer_id=case.customer_id,
        summary=words._("Again: {title}", title=title)[:SUMMARY_CHARACTERS],
        body=check_text("body", body),
        severity=case.severity,
        machine_id=case.machine_id,
        refers_to=case,
    )


async def resolved_at(connection: Connection, incident_id: UUID) -> datetime | None:
    """When it was resolved last; None when it never was."""
    found = await incidents.entries_of_kinds(connection, (incident_id,), (EntryKind.RESOLVED,))
    return found[incident_id][-1].at if found[incident_id] else None


async def audit(storage: Storage) -> int:
    """Derives from the resolved incidents alone which timers must exist, and rebuilds missing ones."""
    async with storage.reading() as connection:
        planned = await timers.store.planned(connection, CLOSE_TIMER)
        waiting = await incidents.ids_in(connection, CaseState.RESOLVED)
    rebuilt = 0
    for incident_id in (found for found in waiting if found not in planned):
        async with storage.unit(ENGINE) as unit:
            case = await incidents.incident(unit.connection, incident_id, lock=True)
            since = await resolved_at(unit.connection, incident_id)
            if case is None or case.state is not CaseState.RESOLVED or since is None:
                continue
            due = since + timedelta(days=await days_of_silence(unit.connection, case))
            await await_confirmation(unit, case.id, due)
        rebuilt += 1
        log.warning("auditor rebuilt a missing timer incident=%s due=%s", incident_id, due.isoformat())
    return rebuilt
