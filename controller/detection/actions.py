"""Judge silence, note a return, and keep the book of our own runs."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from controller.detection import store
from controller.detection.loop_health import LoopHealth
from controller.detection.silence import (
    SERVER_QUIET_S,
    OfficeHours,
    Standing,
    holds_judgement,
    is_silent,
    severity,
)
from controller.fleet import store as fleet
from controller.fleet.findings import SILENCE, Finding, FindingCleared, FindingRaised
from controller.fleet.intake.store import KnownFinding, add_findings, change_findings
from controller.fleet.machine import Machine, MachineEvent
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
    `agent.silent`, object "" and a finding id of our own. Meant for every 5 s."""
    suspects = await fleet.quiet_machines(
        unit.connection, unit.now - timedelta(seconds=SERVER_QUIET_S) + _FLUSH_LAG
    )
    for machine in suspects:
        if machine.silent_since is not None and _is_back(machine, presence):
            await _note_return(unit, machine)
    waiting = [machine for machine in suspects if machine.silent_since is None]
    if not waiting or await _holds(unit, presence, health):
        return
    zones = {customer.id: customer.zone for customer in await fleet.customers(unit.connection)}
    for machine in waiting:
        standing = _standing(machine, zones[machine.customer_id], presence, health)
        if standing is not None and is_silent(standing, unit.now, hours or OfficeHours()):
            await _raise_silence(unit, machine, standing)


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


async def _raise_silence(unit: Unit, machine: Machine, standing: Standing) -> None:
    finding = Finding(
        finding_id=unit.chance.uuid(),
        machine_id=machine.id,
        rule=SILENCE,
        object="",
        severity=severity(machine.role),
        began_at=standing.heard_at,
        opened_at=unit.now,
        facts={
            "machine": machine.name,
            "silent_s": str(round((unit.now - standing.heard_at).total_seconds())),
            "last_heard_at": standing.heard_at.isoformat(timespec="seconds"),
            "goodbye": machine.goodbye_reason.value if machine.goodbye_reason else "",
        },
    )
    await add_findings(unit.connection, [KnownFinding(finding, unit.now, None, already_over=False)])
    await fleet.change_machine(
        unit.connection,
        machine.id,
        connected=False,
        silent_since=standing.heard_at,
        silent_finding_id=finding.finding_id,
    )
    event = MachineEvent(machine.id, standing.heard_at, unit.now, "silent", {})
    await fleet.remember(unit.connection, [event])
    unit.announce(FindingRaised(finding))


async def _note_return(unit: Unit, machine: Machine) -> None:
    await fleet.change_machine(unit.connection, machine.id, silent_since=None, silent_finding_id=None)
    await fleet.remember(unit.connection, [MachineEvent(machine.id, unit.now, unit.now, "returned", {})])
    if machine.silent_finding_id is None:
        return
    known = await fleet.finding(unit.connection, machine.silent_finding_id)
    if known is None:
        return
    finding = known.finding
    await change_findings(unit.connection, [replace(known, cleared_at=unit.now)])
    unit.announce(FindingCleared(replace(finding, began_at=unit.now)))
