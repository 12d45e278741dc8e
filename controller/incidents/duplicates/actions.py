"""Merge two incidents that are one, and undo it within a day."""

from uuid import UUID

from controller import timers
from controller.core.errors import Conflict, Invalid, NotFound
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates import store
from controller.incidents.duplicates.family import must_go_on_itself
from controller.incidents.duplicates.merger import MERGED, UNDONE_WITHIN, UNMERGED, Merger
from controller.incidents.limits import REASON_CHARACTERS, check_characters, check_writer
from controller.incidents.pauses.actions import end_with
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import load, write
from controller.storage import Unit

CLEAR_TIMER = "incident.clear"


async def merge(unit: Unit, incident_id: UUID, into_id: UUID, reason: str = "") -> Incident:
    """`incident_id` is the same as `into_id`, which goes on for both with its own clocks: its opening and its
    plan count (contract.md T14). Returns the survivor.

    Both must be open and of one customer. The merged one is closed with that reason; a deadline it had missed
    by then stays missed. Raises `Invalid` for itself or another customer's, else `Conflict`.
    """
    check_writer(unit.actor)
    reason = check_characters("reason", reason, REASON_CHARACTERS, required=False)
    if incident_id == into_id:
        raise Invalid("into", "is the incident itself", "Name the other one")
    case, other = await _both(unit, incident_id, into_id)
    if case.customer_id != other.customer_id:
        raise Invalid("into", f"{other.reference} is another customer's", "Only one customer's are merged")
    for one in (other, case):
        await must_go_on_itself(unit.connection, one)
        if one.state is not CaseState.OPEN:
            raise Conflict(f"{one.reference} is {one.state.value}; reopen it first")
    await end_with(unit, case)
    await timers.cancel(unit, f"{CLEAR_TIMER}:{case.id}")
    await timers.cancel(unit, f"{CLEAR_TIMER}:{other.id}")
    await store.add(unit.connection, Merger(case.id, other.id, unit.now, unit.actor.name))
    await write(
        unit,
        case,
        EntryKind.CLOSED,
        changes={"state": CaseState.CLOSED},
        facts={"into": other.reference},
        reason=MERGED,
        body=reason,
        for_customer=True,
    )
    return await write(
        unit, other, EntryKind.DUPLICATE_JOINED, facts={"case": case.reference}, for_customer=True
    )


async def unmerge(unit: Unit, incident_id: UUID, reason: str) -> Incident:
    """They were two after all: the merged one is open again, and the time between does not count for it (T8).
    Returns it. What came meanwhile stays with the survivor.

    Raises `Conflict` for one that was not merged, later than a day, or when its fault has a newer incident.
    """
    check_writer(unit.actor)
    reason = check_characters("reason", reason, REASON_CHARACTERS)
    merger = await store.merger_of(unit.connection, incident_id)
    if merger is None:
        case = await load(unit, incident_id)
        raise Conflict(f"{case.reference} was not merged into another")
    await incidents.lock_openings(unit.connection)
    case, other = await _both(unit, incident_id, merger.survivor_id)
    if unit.now - merger.at > UNDONE_WITHIN:
        raise Conflict(
            f"{case.reference} was merged more than a day ago; what came since is told in {other.reference}. "
            "Open a new incident"
        )
    if case.machine_id is not None and case.rule:
        newer = await incidents.find_open(unit.connection, case.machine_id, case.rule, case.object)
        if newer is not None:
            raise Conflict(f"{newer.reference} is open for the same fault; go on there")
    await store.remove(unit.connection, case.id)
    await write(unit, other, EntryKind.DUPLICATE_LEFT, facts={"case": case.reference}, for_customer=True)
    return await write(
        unit,
        case,
        EntryKind.REOPENED,
        changes={"state": CaseState.OPEN},
        facts={"cause": UNMERGED, "from": other.reference},
        reason=reason,
        for_customer=True,
    )


async def _both(unit: Unit, incident_id: UUID, other_id: UUID) -> tuple[Incident, Incident]:
    """Both locked, in one order for everybody."""
    found = {one: await incidents.incident(unit.connection, one, lock=True)
             for one in sorted((incident_id, other_id))}  # fmt: skip
    case, other = found[incident_id], found[other_id]
    if case is None or other is None:
        raise NotFound("incident", str(incident_id if case is None else other_id))
    return case, other
