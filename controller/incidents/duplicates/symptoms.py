"""What agents say of a merged incident's fault: it joins the survivor, and is kept apart from its own."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from controller.core.actor import Actor
from controller.fleet.findings import Finding
from controller.incidents import store as incidents
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates import store
from controller.incidents.duplicates.family import survivor
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import write
from controller.storage import Unit


async def join_survivor(
    unit: Unit, finding: Finding, agent: Actor, facts: Mapping[str, str], *, lasts: bool
) -> Incident | None:
    """The survivor, with the finding of a merged incident's identity in it; None when nobody goes on for that
    identity, or the survivor is closed. `lasts`: the finding is known and was never seen to end."""
    found = await store.survivor_of_identity(
        unit.connection, finding.machine_id, finding.rule, finding.object
    )
    if found is None:
        return None
    merged, other = await _locked(unit, found[0], await survivor(unit.connection, found[1]))
    if merged is None or other is None or other.state is CaseState.CLOSED:
        return None
    if lasts and other.state is CaseState.OPEN:
        return other
    await incidents.clear_findings(unit.connection, merged.id, finding.began_at)
    await incidents.add_finding(unit.connection, finding.finding_id, merged.id, finding.began_at)
    returned = merged.cleared_at is not None or other.state is CaseState.RESOLVED
    counted = replace(
        merged, finding_count=merged.finding_count + 1, facts=dict(finding.facts), cleared_at=None
    )
    await incidents.save(unit.connection, counted, unit.now)
    other = await write(
        unit,
        other,
        EntryKind.SYMPTOM_RETURNED if returned else EntryKind.FINDING_JOINED,
        actor=agent,
        changes={"finding_count": other.finding_count + 1},
        facts={**facts, "count": str(other.finding_count + 1), "duplicate": merged.reference},
        auto=True,
    )
    if other.state is CaseState.OPEN:
        return other
    return await write(
        unit,
        other,
        EntryKind.REOPENED,
        actor=agent,
        changes={"state": CaseState.OPEN},
        facts={"cause": "symptom_returned"},
        reason="symptom_returned",
        for_customer=True,
        auto=True,
    )


async def note_cleared_in_survivor(
    unit: Unit, merged: Incident, at: datetime, agent: Actor, known_by: str
) -> Incident:
    """The merged one's symptom ended. The survivor hears of it; its own symptom may last all the same."""
    merged = await incidents.save(unit.connection, replace(merged, cleared_at=at), unit.now)
    _, other = await _locked(unit, merged.id, await survivor(unit.connection, merged.id))
    if other is None or other.state is CaseState.CLOSED:
        return merged
    return await write(
        unit,
        other,
        EntryKind.SYMPTOM_CLEARED,
        actor=agent,
        at=at,
        facts={"known_by": known_by, "count": str(other.finding_count), "duplicate": merged.reference},
        auto=True,
    )


async def _locked(unit: Unit, merged_id: UUID, other_id: UUID) -> tuple[Incident | None, Incident | None]:
    found = {one: await incidents.incident(unit.connection, one, lock=True)
             for one in sorted((merged_id, other_id))}  # fmt: skip
    return found[merged_id], found[other_id]
