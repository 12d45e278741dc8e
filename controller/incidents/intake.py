"""How findings come in: they join the open incident of their identity, wake a resolved one, or open one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from controller import timers
from controller.core.actor import SYSTEM, Actor, ActorKind
from controller.core.severity import Severity
from controller.fleet.findings import ConditionsRestated, Finding
from controller.incidents import store
from controller.incidents.case import CaseState, Incident
from controller.incidents.duplicates import store as duplicates
from controller.incidents.duplicates.family import merged_into, survivor
from controller.incidents.duplicates.symptoms import join_survivor, note_cleared_in_survivor
from controller.incidents.events import IncidentOpened
from controller.incidents.pauses.actions import end_with
from controller.incidents.severity import OURS, decided
from controller.incidents.timeline import EntryKind
from controller.incidents.writing import append, entry_of, load, write
from controller.storage import Unit

QUIET_BEFORE_RESOLVED = timedelta(minutes=15)
CLEAR_TIMER = "incident.clear"

_HUMAN_KINDS = frozenset(
    {
        EntryKind.RESPONDED,
        EntryKind.UPDATED_CUSTOMER,
        EntryKind.NOTE,
        EntryKind.OWNER_CHANGED,
        EntryKind.CUSTOMER_MESSAGE,
        EntryKind.DUPLICATE_JOINED,
    }
)


async def take_in(
    unit: Unit,
    finding: Finding,
    *,
    customer_id: UUID,
    site_id: UUID | None,
    machine_name: str,
    machine_role: str = "server",
) -> Incident | None:
    """The incident it belongs to now; None when it is an old word about a symptom known to have ended.

    The same finding again is no second one: it may raise the severity, and nothing else (R2, R7). A person
    who closed its incident while it lasted knew it; a person who resolved it learns that it did not help.
    """
    cleared_at = await store.finding_cleared_at(unit.connection, finding.finding_id)
    if cleared_at is not None and finding.began_at <= cleared_at:
        return None
    known = await store.incident_of_finding(unit.connection, finding.finding_id)
    over = known is not None and cleared_at is None and known.state is CaseState.CLOSED
    if known is not None and over and await merged_into(unit.connection, known.id) is None:
        return known
    agent = _agent(finding, machine_name)
    proposed = decided(finding.rule, finding.severity, machine_role)
    case = await _held(unit, finding)
    if case is None or case.state is not CaseState.OPEN:
        other = await join_survivor(unit, finding, agent, _plain(finding), lasts=over)
        if other is not None:
            return await _raise_severity(unit, other, proposed, agent)
    if case is None:
        if known is not None and over:
            return known
        return await _open(unit, finding, proposed, customer_id, site_id, agent)
    lasts = known is not None and known.id == case.id and cleared_at is None
    if not lasts or case.state is CaseState.RESOLVED:
        case = await _join(unit, case, finding, agent)
    return await _raise_severity(unit, case, proposed, agent)


async def _held(unit: Unit, finding: Finding) -> Incident | None:
    """The open one, else the resolved one, of the same (machine, rule, object); locked."""
    identity = (finding.machine_id, finding.rule, finding.object)
    case = await store.find_open(unit.connection, *identity, lock=True)
    if case is not None:
        return case
    await store.lock_openings(unit.connection)
    case = await store.find_open(unit.connection, *identity, lock=True)
    return case or await store.find_resolved(unit.connection, *identity, lock=True)


async def _open(
    unit: Unit,
    finding: Finding,
    severity: Severity,
    customer_id: UUID,
    site_id: UUID | None,
    agent: Actor,
) -> Incident:
    case = Incident(
        id=unit.chance.uuid(),
        number=await store.next_number(unit.connection),
        customer_id=customer_id,
        site_id=site_id,
        machine_id=finding.machine_id,
        severity=severity,
        state=CaseState.OPEN,
        level=1,
        rule=finding.rule,
        object=finding.object,
        facts=dict(finding.facts),
        summary="",
        opened_at=finding.opened_at,
        began_at=finding.began_at,
        cleared_at=None,
        first_response_at=None,
        owner_id=None,
        finding_count=1,
        updated_at=unit.now,
    )
    await store.add(unit.connection, case)
    await store.add_finding(unit.connection, finding.finding_id, case.id, finding.began_at)
    facts = {**_plain(finding), "proposed_severity": finding.severity.value}
    await store.append(
        unit.connection,
        entry_of(
            unit,
            case.id,
            EntryKind.OPENED,
            actor=agent,
            at=finding.opened_at,
            facts=facts,
            severity=severity.value,
            for_customer=True,
            auto=True,
        ),
    )
    unit.announce(IncidentOpened(case))
    return case


async def _join(unit: Unit, case: Incident, finding: Finding, agent: Actor) -> Incident:
    """A count, the newest facts, and the symptom lasts again."""
    await store.clear_findings(unit.connection, case.id, finding.began_at)
    await store.add_finding(unit.connection, finding.finding_id, case.id, finding.began_at)
    await timers.cancel(unit, _clear_key(case.id))
    counted = replace(case, finding_count=case.finding_count + 1, facts=dict(finding.facts), cleared_at=None)
    facts = {**_plain(finding), "count": str(counted.finding_count)}
    returned = case.cleared_at is not None or case.state is CaseState.RESOLVED
    kind = EntryKind.SYMPTOM_RETURNED if returned else EntryKind.FINDING_JOINED
    counted = await write(unit, counted, kind, actor=agent, facts=facts, auto=True)
    if counted.state is CaseState.OPEN:
        return counted
    return await write(
        unit,
        counted,
        EntryKind.REOPENED,
        actor=agent,
        changes={"state": CaseState.OPEN},
        facts={"cause": "symptom_returned"},
        reason="symptom_returned",
        for_customer=True,
        auto=True,
    )


async def _raise_severity(unit: Unit, case: Incident, proposed: Severity, agent: Actor) -> Incident:
    """A finding may raise it. Lowering is for people: nobody's clock is eased by a machine."""
    if proposed.rank <= case.severity.rank:
        return case
    return await write(
        unit,
        case,
        EntryKind.SEVERITY_CHANGED,
        actor=agent,
        changes={"severity": proposed},
        facts={"before": case.severity.value},
        severity=proposed.value,
        reason="finding",
        for_customer=True,
        auto=True,
    )


async def note_cleared(unit: Unit, finding: Finding, *, machine_name: str) -> Incident | None:
    """The symptom of a known finding ended; None when nobody knows it or it is old news.

    The incident stays: only an untouched normal one resolves by itself, after 15 minutes (R7).
    """
    case = await store.incident_of_finding(unit.connection, finding.finding_id)
    if case is None:
        return None
    if await store.finding_cleared_at(unit.connection, finding.finding_id) is not None:
        return None
    return await _clear(unit, case.id, finding.began_at, _agent(finding, machine_name), "finding")


async def _clear(unit: Unit, incident_id: UUID, ended_at: datetime, agent: Actor, known_by: str) -> Incident:
    case = await load(unit, incident_id)
    await store.clear_findings(unit.connection, case.id, ended_at)
    at = min(ended_at, unit.now)
    if await merged_into(unit.connection, case.id) is not None:
        return await note_cleared_in_survivor(unit, case, at, agent, known_by)
    if case.state is CaseState.CLOSED:
        return case
    case = await write(
        unit,
        case,
        EntryKind.SYMPTOM_CLEARED,
        actor=agent,
        at=at,
        changes={"cleared_at": at},
        facts={"known_by": known_by, "count": str(case.finding_count)},
        auto=True,
    )
    if case.state is CaseState.OPEN and case.severity is Severity.NORMAL:
        due = unit.now + QUIET_BEFORE_RESOLVED
        await timers.plan(unit, _clear_key(case.id), CLEAR_TIMER, case.id, due)
    return case


async def resolve_if_quiet(unit: Unit, claim: timers.Claim) -> None:
    """The timer's end: an untouched normal incident whose symptom stayed away is resolved."""
    case = await store.incident(unit.connection, claim.subject, lock=True)
    await timers.take(unit, claim)
    if case is None or case.state is not CaseState.OPEN or case.cleared_at is None:
        return
    touched = await store.entries_of_kinds(unit.connection, (case.id,), _HUMAN_KINDS)
    if case.severity is not Severity.NORMAL or case.owner_id is not None or touched[case.id]:
        return
    await end_with(unit, case, SYSTEM)
    await write(
        unit,
        case,
        EntryKind.RESOLVED,
        actor=SYSTEM,
        changes={"state": CaseState.RESOLVED},
        facts={"cause": "symptom_cleared"},
        reason="symptom_cleared",
        for_customer=True,
        auto=True,
    )


async def reconcile(
    unit: Unit,
    restated: ConditionsRestated,
    *,
    customer_id: UUID,
    site_id: UUID | None,
    machine_name: str,
    machine_role: str = "server",
    opening: frozenset[UUID] | None = None,
) -> None:
    """Makes up for a lost edge (R3): what is stated and unknown comes in; what lasts here and is not stated
    any more has ended, unless it came in after the statement was made. `opening`: the findings that may
    come in (the others wait for the end of a maintenance window, R8); all when None."""
    for finding in restated.conditions:
        if opening is not None and finding.finding_id not in opening:
            continue
        cleared_at = await store.finding_cleared_at(unit.connection, finding.finding_id)
        if cleared_at is not None and restated.stated_at <= cleared_at:
            continue
        known = await store.incident_of_finding(unit.connection, finding.finding_id)
        if known and known.state is CaseState.RESOLVED and restated.stated_at <= known.updated_at:
            continue
        said = finding if cleared_at is None else replace(finding, began_at=restated.stated_at)
        await take_in(
            unit,
            said,
            customer_id=customer_id,
            site_id=site_id,
            machine_name=machine_name,
            machine_role=machine_role,
        )
    stated = {(finding.rule, finding.object) for finding in restated.conditions}
    agent = Actor(ActorKind.AGENT, machine_name, restated.machine_id)
    for case in await store.lasting(unit.connection, restated.machine_id):
        # Silence is the controller's own finding: no agent can state or end it.
        if case.rule in OURS or (case.rule, case.object) in stated:
            continue
        await _clear_if_older(unit, case, restated.stated_at, agent)
    for merged_id in await duplicates.lasting(unit.connection, restated.machine_id):
        merged = await load(unit, merged_id)
        if merged.rule not in OURS and (merged.rule, merged.object) not in stated:
            await _clear_if_older(unit, merged, restated.stated_at, agent)


async def _clear_if_older(unit: Unit, case: Incident, stated_at: datetime, agent: Actor) -> None:
    if await store.last_heard_at(unit.connection, case.id) < stated_at:
        await _clear(unit, case.id, stated_at, agent, "restated")


async def attach_evidence(
    unit: Unit, incident_id: UUID, *, sha256: str, size_bytes: int, taken_at: datetime, machine_name: str
) -> None:
    """The timeline's word that a bundle is there, in the survivor's for a merged incident; the bundle's row
    is kept by `diagnostics`."""
    await append(
        unit,
        await survivor(unit.connection, incident_id),
        EntryKind.EVIDENCE_ATTACHED,
        actor=Actor(ActorKind.AGENT, machine_name),
        at=min(taken_at, unit.now),
        facts={"sha256": sha256, "size_bytes": str(size_bytes)},
        auto=True,
    )


async def refuse_evidence(
    unit: Unit, incident_id: UUID, *, facts: Mapping[str, str], machine_name: str
) -> None:
    """The timeline's word that a bundle came for which there was no room."""
    await append(
        unit,
        await survivor(unit.connection, incident_id),
        EntryKind.EVIDENCE_REFUSED,
        actor=Actor(ActorKind.AGENT, machine_name),
        facts=facts,
        auto=True,
    )


async def attach_attempts(
    unit: Unit, incident_id: UUID, *, actor: Actor, at: datetime, facts: Mapping[str, str]
) -> None:
    """The timeline's word that it was tried to make the problem happen again; `reproductions` has the record.

    `at` is a bench's time: it is kept between the incident's opening and now.
    """
    case = await load(unit, incident_id)
    happened_at = min(max(at, case.opened_at), unit.now)
    await append(
        unit, incident_id, EntryKind.ATTEMPTS_RECORDED, actor=actor, at=happened_at, facts=facts, auto=True
    )


def _agent(finding: Finding, machine_name: str) -> Actor:
    if finding.rule in OURS:
        return SYSTEM
    return Actor(ActorKind.AGENT, machine_name, finding.machine_id)


def _plain(finding: Finding) -> Mapping[str, str]:
    return {
        "finding_id": str(finding.finding_id),
        "rule": finding.rule,
        "object": finding.object,
        "began_at": finding.began_at.isoformat(),
        **{f"fact.{name}": value for name, value in finding.facts.items()},
    }


def _clear_key(incident_id: UUID) -> str:
    return f"{CLEAR_TIMER}:{incident_id}"
