"""Judge silence, note a return, and keep the book of our own runs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.events import Event
from controller.core.severity import Severity
from controller.detection import store
from controller.detection.eyes import Eyes
from controller.detection.hours.week import Hours
from controller.detection.our_line import Ages
from controller.detection.places import COMING_BACK, LEAVING, Neighbour, office_leaves, vanished_together
from controller.detection.silence import (
    OFFICE_QUIET_S,
    SUSPECT_S,
    Standing,
    holds_judgement,
    is_silent,
    severity,
)
from controller.detection.witnesses.asking import ask_about
from controller.detection.witnesses.testimony import Cause, Verdict
from controller.fleet import store as fleet
from controller.fleet.findings import PLACE_SILENCE, SILENCE, Finding, FindingCleared, FindingRaised
from controller.fleet.intake.store import KnownFinding, add_findings, change_findings
from controller.fleet.machine import GoodbyeReason, Machine, MachineEvent, MachineRole
from controller.fleet.store import LastWord
from controller.storage import Unit


@dataclass(frozen=True, slots=True)
class SightLost(Event):
    """Nearly everybody went at once: it is us who were cut off. `back`: we see again."""

    machine_count: int
    back: bool = False


# Neighbours of a desktop or laptop are asked so long before it is judged.
CONFIRMING_S = 60.0
A_DAY = timedelta(days=1)


async def start_run(unit: Unit) -> UUID:
    """We are here (again); nobody is connected yet."""
    run_id = unit.chance.uuid()
    await store.add_run(unit.connection, run_id, unit.now)
    return run_id


async def judge(unit: Unit, eyes: Eyes) -> None:
    """Who is silent, and who is back. Announces `FindingRaised` and `FindingCleared` with the rule
    `agent.silent`, object "", or, when all of a place went at once, `site.silent`. Meant for every 5 s."""
    words = await fleet.last_words(unit.connection)
    eyes.sightings.look({one.machine_id: one.last_seen_at for one in words})
    quiet = {one.machine_id for one in words if eyes.sightings.age_s(one.machine_id) >= SUSPECT_S}
    known = {one.machine_id for one in words if one.is_silent}
    found = await fleet.machines_of(unit.connection, quiet | known)
    await _note_returns(unit, [one for one in found if one.silent_since is not None], eyes)
    waiting = [machine for machine in found if machine.silent_since is None]
    eyes.inquiries.keep_only(one.id for one in waiting)
    if _cut_off(unit, eyes, words) or not waiting or _holds(eyes, words):
        return
    eyes.zones = {customer.id: customer.zone for customer in await fleet.customers(unit.connection)}
    accounted: set[UUID] = set()
    for machine in waiting:
        standing = _standing(machine, eyes)
        if machine.id in accounted or standing is None:
            continue
        expected = await _expected(unit, machine, standing, eyes)
        if is_silent(standing, unit.now, expected):
            accounted |= await _account_for(unit, machine, standing, eyes)
        elif standing.goodbye_reason is None and _worth_asking(standing, unit.now, expected):
            await ask_about(unit, machine, eyes, words)


def _cut_off(unit: Unit, eyes: Eyes, words: Iterable[LastWord]) -> bool:
    """Whether we are the ones who were cut off; told when it begins and when it ends."""
    before = eyes.line.cut_since_s is not None
    ages = (
        Ages(one.machine_id, (one.customer_id, one.site_id), eyes.sightings.age_s(one.machine_id))
        for one in words
        if one.is_expected
    )
    blind = eyes.line.look(ages, eyes.health.clock.monotonic())
    if blind and not before:
        unit.announce(SightLost(len(eyes.line.gone)))
    elif before and not blind:
        unit.announce(SightLost(len(eyes.line.gone), back=not eyes.line.gone))
        if not eyes.line.gone:
            # Who was cut off with us has its time to come back, as after a stall of ours.
            eyes.health.begin_anew()
    return blind


def _holds(eyes: Eyes, words: Iterable[LastWord]) -> bool:
    well_for_s = eyes.health.well_for_s()
    expected = [one.machine_id for one in words if one.is_expected]
    last = (eyes.sightings.last_s(machine_id) for machine_id in expected)
    back = sum(1 for one in last if one is not None and one >= eyes.health.well_since_s)
    return holds_judgement(well_for_s, len(expected), back)


def _standing(machine: Machine, eyes: Eyes) -> Standing | None:
    heard_at = eyes.sightings.heard_at(machine.id, machine.last_seen_at)
    if heard_at is None:
        return None
    said_at, age_s = machine.goodbye_at, eyes.sightings.age_s(machine.id)
    now = eyes.health.clock.now()
    # A goodbye is the last word that was heard; from before our start only the wall clock knows how long ago.
    away_s = age_s if age_s != float("inf") else (now - said_at).total_seconds() if said_at else 0.0
    back_at = machine.expected_return_at
    since_s = eyes.since_s(machine.id)
    verdict = eyes.inquiries.verdict(machine.id, since_s)
    return Standing(
        machine.role,
        eyes.zones.get(machine.customer_id, "UTC"),
        heard_at,
        eyes.quiet_s(machine.id),
        machine.goodbye_reason,
        away_s,
        (back_at - said_at).total_seconds() if back_at and said_at else None,
        verdict.confirms and eyes.inquiries.is_settled(machine.id, since_s),
    )


async def _expected(unit: Unit, machine: Machine, standing: Standing, eyes: Eyes) -> Hours | None:
    """The hours in which a desktop or laptop is judged, looked up when its silence is long enough to ask."""
    if machine.role is MachineRole.SERVER or standing.quiet_s < OFFICE_QUIET_S - CONFIRMING_S:
        return None
    if unit.now - standing.heard_at >= A_DAY:
        return None  # of another day: a fleet that is at home over the week-end costs nothing
    return await eyes.diary.hours(unit, machine, standing.zone)


def _worth_asking(standing: Standing, now: datetime, expected: Hours | None) -> bool:
    """A server as soon as it is suspect; the others when they would be judged within a minute."""
    if standing.role is MachineRole.SERVER:
        return standing.quiet_s >= SUSPECT_S
    return expected is not None and expected.hold_throughout(standing.heard_at, now, standing.zone)


def _is_back(machine: Machine, eyes: Eyes) -> bool:
    return eyes.sightings.age_s(machine.id) < SUSPECT_S


async def _account_for(unit: Unit, machine: Machine, standing: Standing, eyes: Eyes) -> set[UUID]:
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
    neighbours = [one for other in place if (one := _neighbour(other, eyes)) is not None]
    first = next((one for one in neighbours if one.machine_id == machine.id), None)
    together = vanished_together(first, neighbours) if first is not None else ()
    if not together and first is not None and first.role is not MachineRole.SERVER:
        gone = sum(_shut_down(one, first) for one in place)
        if office_leaves(first, neighbours, gone):
            return {machine.id}
    if not together:
        verdict = eyes.inquiries.verdict(machine.id, eyes.since_s(machine.id))
        names = [one.name for one in place if one.id in verdict.witnesses]
        await _raise_silence(unit, machine, standing, verdict, names)
        return {machine.id}
    await _raise_place_silence(unit, place, together)
    return {one.machine_id for one in together}


def _shut_down(machine: Machine, first: Neighbour) -> bool:
    """A desktop or laptop whose goodbye came in the time in which the office may have left."""
    said = machine.goodbye_reason in (GoodbyeReason.SHUTDOWN, GoodbyeReason.SUSPEND)
    at = machine.goodbye_at
    return (
        said and machine.role is not MachineRole.SERVER and at is not None and at > first.heard_at - LEAVING
    )


def _same_place(one: Machine, other: Machine) -> bool:
    """A customer without sites is one place."""
    return one.site_id == other.site_id and one.banned_at is None


def _neighbour(machine: Machine, eyes: Eyes) -> Neighbour | None:
    """None while it is not expected to be heard: it said goodbye, never came, or its silence is known."""
    standing = _standing(machine, eyes)
    if standing is None or machine.goodbye_reason is not None or machine.silent_since is not None:
        return None
    return Neighbour(machine.id, machine.role, standing.heard_at, standing.quiet_s)


async def _raise_silence(
    unit: Unit, machine: Machine, standing: Standing, verdict: Verdict, witnesses: Sequence[str]
) -> None:
    facts = {
        "machine": machine.name,
        "goodbye": machine.goodbye_reason.value if machine.goodbye_reason else "",
        "cause": verdict.cause.value,
    }
    if witnesses:
        facts["witnesses"] = ", ".join(sorted(witnesses))
    finding = _finding(unit, machine, SILENCE, "", severity(machine.role), standing.heard_at, facts)
    if await _mark(unit, machine, standing.heard_at, finding.finding_id):
        await add_findings(unit.connection, [KnownFinding(finding, unit.now, None, already_over=False)])
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
    heard = {one.machine_id: one.heard_at for one in together}
    facts = {
        "machine_count": str(len(gone)),
        "machines": ", ".join(machine.name for machine in gone)[:2000],
        "cause": Cause.LINK.value,
    }
    finding = _finding(unit, bearer, PLACE_SILENCE, name, severity(worst), heard_at, facts)
    # In order of id, so that two processes never wait for each other; who marks any of them tells.
    ordered = sorted(gone, key=lambda machine: machine.id)
    marked = [await _mark(unit, one, heard[one.id], finding.finding_id) for one in ordered]
    if any(marked):
        await add_findings(unit.connection, [KnownFinding(finding, unit.now, None, already_over=False)])
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


async def _mark(unit: Unit, machine: Machine, heard_at: datetime, finding_id: UUID) -> bool:
    """False when another process of ours was first."""
    if not await fleet.mark_silent(unit.connection, machine.id, heard_at, finding_id):
        return False
    await fleet.remember(unit.connection, [MachineEvent(machine.id, heard_at, unit.now, "silent", {})])
    return True


async def _place_finding(unit: Unit, place: Iterable[Machine]) -> KnownFinding | None:
    """The silence of the whole place that still lasts."""
    for finding_id in {one.silent_finding_id for one in place if one.silent_finding_id is not None}:
        known = await fleet.finding(unit.connection, finding_id)
        if known is not None and known.finding.rule == PLACE_SILENCE and known.cleared_at is None:
            return known
    return None


async def _note_returns(unit: Unit, silent: Sequence[Machine], eyes: Eyes) -> None:
    """A machine's own finding ends with its return; a place's when all are back, or the rest had time."""
    findings = {one.silent_finding_id for one in silent if one.silent_finding_id is not None}
    known = {finding_id: await fleet.finding(unit.connection, finding_id) for finding_id in findings}
    for machine in silent:
        if _is_back(machine, eyes):
            await fleet.change_machine(unit.connection, machine.id, silent_since=None, silent_finding_id=None)
            back = MachineEvent(machine.id, unit.now, unit.now, "returned", {})
            await fleet.remember(unit.connection, [back])
    for finding_id, found in known.items():
        members = [one for one in silent if one.silent_finding_id == finding_id]
        missing = [one for one in members if not _is_back(one, eyes)]
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
