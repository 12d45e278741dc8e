"""Judge silence, note a return, and keep the book of our own runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.severity import Severity
from controller.detection import store
from controller.detection.loop_health import LoopHealth
from controller.detection.places import COMING_BACK, Neighbour, vanished_together
from controller.detection.silence import (
    SERVER_QUIET_S,
    OfficeHours,
    Standing,
    holds_judgement,
    is_silent,
    severity,
)
from controller.fleet import store as fleet
from controller.fleet.findings import PLACE_SILENCE, SILENCE, Finding, FindingCleared, FindingRaised
from controller.fleet.intake.store import KnownFinding, add_findings, change_findings
from controller.fleet.machine import Machine, MachineEvent, MachineRole
from controller.fleet.presence import Presence
from controller.storage import Unit

# Flushes of last signs of life come this often; the rows lag by no more.
_FLUSH_LAG = timedelta(seconds=30)


async def start_run(unit: Unit) -> UUID:
    """We are here (again); nobody is connected yet."""
    run_id = unit.chance.uuid()
    await store.add_run(unit.connection, run_id, unit.now)
    return run_id


async def judge(unit: Unit, presence: Presence, health: LoopHealth, hours: OfficeHours | None = None) -> None:
    """Who is silent, and who is back. Announces `FindingRaised` and `FindingCleared` with the rule
    `agent.silent`, object "", or, when all of a place went at once, `site.silent`. Meant for every 5 s."""
    suspects = await fleet.quiet_machines(
        unit.connection, unit.now - timedelta(seconds=SERVER_QUIET_S) + _FLUSH_LAG
    )
    await _note_returns(unit, [one for one in suspects if one.silent_since is not None], presence)
    waiting = [machine for machine in suspects if machine.silent_since is None]
    if not waiting or await _holds(unit, presence, health):
        return
    zones = {customer.id: customer.zone for customer in await fleet.customers(unit.connection)}
    accounted: set[UUID] = set()
    for machine in waiting:
        standing = _standing(machine, zones[machine.customer_id], presence, health)
        if machine.id in accounted or standing is None:
            continue
        if is_silent(standing, unit.now, hours or OfficeHours()):
            accounted |= await _account_for(unit, machine, standing, presence, health)


async def _holds(unit: Unit, presence: Presence, health: LoopHealth) -> bool:
    well_for_s = health.well_for_s()
    if not holds_judgement(well_for_s, 1, 0):
        return False
    expected = await fleet.expected_ids(unit.connection)
    return holds_judgement(well_for_s, len(expected), _back(expected, presence, health))


def _back(expected: Iterable[UUID], presence: Presence, health: LoopHealth) -> int:
    heard = (presence.last_heard(machine_id) for machine_id in expected)
    return sum(1 for one in heard if one is not None and one.monotonic_s >= health.well_since_s)


def _standing(machine: Machine, zone: str, presence: Presence, health: LoopHealth) -> Standing | None:
    heard = presence.last_heard(machine.id)
    heard_at = heard.at if heard else machine.last_seen_at
    if heard_at is None:
        return None
    # Time in which we were not well proves nothing about the machine.
    since_s = max(heard.monotonic_s, health.well_since_s) if heard else health.well_since_s
    return Standing(
        machine.role,
        zone,
        heard_at,
        health.clock.monotonic() - since_s,
        machine.goodbye_reason,
        machine.goodbye_at,
        machine.expected_return_at,
    )


def _is_back(machine: Machine, presence: Presence) -> bool:
    heard = presence.last_heard(machine.id)
    assert machine.silent_since is not None
    return heard is not None and heard.at > machine.silent_since


async def _account_for(
    unit: Unit, machine: Machine, standing: Standing, presence: Presence, health: LoopHealth
) -> set[UUID]:
    """One finding for it, or for its whole place; the machines that it speaks of."""
    place = [
        one for one in await fleet.machines(unit.connection, machine.customer_id) if _same_place(one, machine)
    ]
    if any(one.silent_finding_id for one in place):
        known = await _place_finding(unit, place)
        if known is not None and known.finding.opened_at + COMING_BACK > unit.now:
            # A straggler of an outage that stands already: a laptop, a machine that a UPS held.
            await _mark(unit, machine, standing.heard_at, known.finding.finding_id)
            return {machine.id}
    neighbours = [one for other in place if (one := _neighbour(other, presence, health)) is not None]
    first = next((one for one in neighbours if one.machine_id == machine.id), None)
    together = vanished_together(first, neighbours) if first is not None else ()
    if not together:
        await _raise_silence(unit, machine, standing)
        return {machine.id}
    await _raise_place_silence(unit, place, together)
    return {one.machine_id for one in together}


def _same_place(one: Machine, other: Machine) -> bool:
    """A customer without sites is one place."""
    return one.site_id == other.site_id and one.banned_at is None


def _neighbour(machine: Machine, presence: Presence, health: LoopHealth) -> Neighbour | None:
    """None while it is not expected to be heard: it said goodbye, never came, or its silence is known."""
    standing = _standing(machine, "UTC", presence, health)
    if standing is None or machine.goodbye_reason is not None or machine.silent_since is not None:
        return None
    return Neighbour(machine.id, machine.role, standing.heard_at, standing.quiet_s)


async def _raise_silence(unit: Unit, machine: Machine, standing: Standing) -> None:
    facts = {
        "machine": machine.name,
        "goodbye": machine.goodbye_reason.value if machine.goodbye_reason else "",
    }
    finding = _finding(unit, machine, SILENCE, "", severity(machine.role), standing.heard_at, facts)
    await add_findings(unit.connection, [KnownFinding(finding, unit.now, None, already_over=False)])
    await _mark(unit, machine, standing.heard_at, finding.finding_id)
    unit.announce(FindingRaised(finding))


async def _raise_place_silence(unit: Unit, place: Sequence[Machine], together: tuple[Neighbour, ...]) -> None:
    """One clock for all of them. It hangs on the machine that was there first, so that the next outage of
    this place has the same identity."""
    by_id = {machine.id: machine for machine in place}
    gone = sorted((by_id[one.machine_id] for one in together), key=lambda machine: machine.name)
    worst = MachineRole.SERVER if any(one.role is MachineRole.SERVER for one in gone) else MachineRole.DESKTOP
    site = await fleet.site(unit.connection, gone[0].site_id) if gone[0].site_id else None
    customer = await fleet.customer(unit.connection, gone[0].customer_id)
    name = site.name if site is not None else customer.name if customer is not None else ""
    bearer = min(place, key=lambda machine: (machine.enrolled_at, machine.id))
    heard_at = min(one.heard_at for one in together)
    facts = {"machine_count": str(len(gone)), "machines": ", ".join(machine.name for machine in gone)[:2000]}
    finding = _finding(unit, bearer, PLACE_SILENCE, name, severity(worst), heard_at, facts)
    await add_findings(unit.connection, [KnownFinding(finding, unit.now, None, already_over=False)])
    heard = {one.machine_id: one.heard_at for one in together}
    for machine in gone:
        await _mark(unit, machine, heard[machine.id], finding.finding_id)
    unit.announce(FindingRaised(finding))


def _finding(
    unit: Unit,
    machine: Machine,
    rule: str,
    object_name: str,
    worth: Severity,
    heard_at: datetime,
    facts: Mapping[str, str],
) -> Finding:
    since = {
        "silent_s": str(round((unit.now - heard_at).total_seconds())),
        "last_heard_at": heard_at.isoformat(timespec="seconds"),
    }
    return Finding(
        finding_id=unit.chance.uuid(),
        machine_id=machine.id,
        rule=rule,
        object=object_name,
        severity=worth,
        began_at=heard_at,
        opened_at=unit.now,
        facts={**facts, **since},
    )


async def _mark(unit: Unit, machine: Machine, heard_at: datetime, finding_id: UUID) -> None:
    await fleet.change_machine(
        unit.connection, machine.id, connected=False, silent_since=heard_at, silent_finding_id=finding_id
    )
    await fleet.remember(unit.connection, [MachineEvent(machine.id, heard_at, unit.now, "silent", {})])


async def _place_finding(unit: Unit, place: Iterable[Machine]) -> KnownFinding | None:
    """The silence of the whole place that still lasts."""
    for finding_id in {one.silent_finding_id for one in place if one.silent_finding_id is not None}:
        known = await fleet.finding(unit.connection, finding_id)
        if known is not None and known.finding.rule == PLACE_SILENCE and known.cleared_at is None:
            return known
    return None


async def _note_returns(unit: Unit, silent: Sequence[Machine], presence: Presence) -> None:
    """A machine's own finding ends with its return; a place's when all are back, or the rest had time."""
    findings = {one.silent_finding_id for one in silent if one.silent_finding_id is not None}
    known = {finding_id: await fleet.finding(unit.connection, finding_id) for finding_id in findings}
    for machine in silent:
        if _is_back(machine, presence):
            await fleet.change_machine(unit.connection, machine.id, silent_since=None, silent_finding_id=None)
            back = MachineEvent(machine.id, unit.now, unit.now, "returned", {})
            await fleet.remember(unit.connection, [back])
    for finding_id, found in known.items():
        members = [one for one in silent if one.silent_finding_id == finding_id]
        missing = [one for one in members if not _is_back(one, presence)]
        since = found.finding.facts.get("returning_since") if found is not None else None
        if found is None or (len(missing) == len(members) and since is None):
            continue
        if missing and since is None:
            facts = {**found.finding.facts, "returning_since": unit.now.isoformat()}
            waiting = replace(found, finding=replace(found.finding, facts=facts))
            await change_findings(unit.connection, [waiting])
        elif not missing or unit.now - datetime.fromisoformat(since or "") >= COMING_BACK:
            await _end(unit, found, missing)


async def _end(unit: Unit, known: KnownFinding, missing: Iterable[Machine]) -> None:
    """Who is still missing is judged by itself from now on."""
    for machine in missing:
        await fleet.change_machine(unit.connection, machine.id, silent_since=None, silent_finding_id=None)
    if known.cleared_at is None:
        await change_findings(unit.connection, [replace(known, cleared_at=unit.now)])
        unit.announce(FindingCleared(replace(known.finding, began_at=unit.now)))
