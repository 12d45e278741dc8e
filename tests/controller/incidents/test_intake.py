"""Findings join the open incident of their identity, wake a resolved one, or open one."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from controller.core.actor import ActorKind
from controller.core.severity import Severity
from controller.diagnostics import store as diagnostics
from controller.fleet.findings import ConditionsRestated, EvidenceReceived, Finding, FindingRaised
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import CaseState
from controller.incidents.severity import decided
from tests.support.clocks import NOON
from tests.support.desk import Desk


async def numbers(desk: Desk) -> list[int]:
    async with desk.storage.reading() as connection:
        return [case.number for case in await incidents.queue(connection)]


async def restate(desk: Desk, *conditions: Finding) -> None:
    async with desk.storage.unit() as unit:
        unit.announce(ConditionsRestated(desk.machine_id, desk.clock.now(), conditions))


async def test_flapping_is_one_incident_with_a_count(desk: Desk) -> None:
    """Raised and cleared nine times in some minutes: one incident, nine findings, a handful of mails."""
    for _ in range(9):
        finding = await desk.finding(severity=Severity.HIGH)
        case = await desk.raised(finding)
        desk.clock.set(desk.clock.now() + timedelta(seconds=20))
        await desk.cleared(finding)
        desk.clock.set(desk.clock.now() + timedelta(seconds=10))
    await desk.ticker.turn()
    assert await numbers(desk) == [1]
    found = await desk.incident(case.id)
    assert (found.finding_count, found.state) == (9, CaseState.OPEN)
    assert found.cleared_at is not None
    subjects = desk.mailbox.subjects("luis@vigia.example")
    assert sum("Recuperado" in subject for subject in subjects) == 4
    assert sum("Otra vez" in subject for subject in subjects) == 3


async def test_the_same_finding_again_is_no_second_one(desk: Desk) -> None:
    """A report repeated after a lost acknowledgement, and one about a symptom known to have ended."""
    finding = await desk.finding()
    case = await desk.raised(finding)
    await desk.raised(finding)
    assert await desk.kinds(case.id) == ["opened"]
    desk.clock.set(NOON + timedelta(minutes=1))
    await desk.cleared(finding)
    await desk.cleared(finding)
    await desk.raised(finding)
    assert await desk.kinds(case.id) == ["opened", "symptom_cleared"]
    assert (await desk.incident(case.id)).finding_count == 1


async def test_two_reports_at_once_open_one_incident(desk: Desk) -> None:
    """Twenty units race with twenty findings of one identity; numbers have no gaps."""
    findings = [await desk.finding() for _ in range(20)]
    found = await asyncio.gather(*(desk.raised(finding) for finding in findings))
    assert {case.number for case in found} == {1}
    assert (await desk.incident(found[0].id)).finding_count == 20
    others = [await desk.finding(object_name=f"t{n}") for n in range(5)]
    await asyncio.gather(*(desk.raised(finding) for finding in others))
    assert sorted(await numbers(desk)) == [1, 2, 3, 4, 5, 6]


async def test_a_critical_recovery_waits_for_a_person(desk: Desk) -> None:
    """R7: noted, told, and open: high and critical never resolve by themselves."""
    finding = await desk.finding()
    case = await desk.raised(finding)
    desk.clock.set(NOON + timedelta(minutes=2))
    await desk.cleared(finding)
    await desk.until(NOON + timedelta(minutes=29))
    found = await desk.incident(case.id)
    assert (found.state, found.cleared_at) == (CaseState.OPEN, NOON + timedelta(minutes=2))
    assert "[INC-1] Recuperado: tienda no responde" in desk.mailbox.subjects("luis@vigia.example")


@pytest.mark.parametrize("touched", [False, True])
async def test_an_untouched_normal_one_resolves_after_15_minutes(desk: Desk, touched: bool) -> None:
    """And one that somebody wrote in does not."""
    finding = await desk.finding("cpu.busy", "", Severity.NORMAL)
    case = await desk.raised(finding)
    await desk.cleared(finding)
    if touched:
        async with desk.storage.unit(desk.luis.actor) as unit:
            await actions.note(unit, case.id, "lo miro yo")
    await desk.until(NOON + timedelta(minutes=14, seconds=59))
    assert (await desk.incident(case.id)).state is CaseState.OPEN
    await desk.until(NOON + timedelta(minutes=15))
    assert (await desk.incident(case.id)).state is (CaseState.OPEN if touched else CaseState.RESOLVED)


async def test_it_does_not_resolve_when_the_symptom_came_back(desk: Desk) -> None:
    """Clear for 14 minutes, back, clear again: the 15 minutes start anew."""
    first = await desk.finding("cpu.busy", "", Severity.NORMAL)
    case = await desk.raised(first)
    await desk.cleared(first)
    await desk.until(NOON + timedelta(minutes=14))
    second = await desk.finding("cpu.busy", "", Severity.NORMAL)
    await desk.raised(second)
    await desk.until(NOON + timedelta(minutes=20))
    await desk.cleared(second)
    await desk.until(NOON + timedelta(minutes=34))
    assert (await desk.incident(case.id)).state is CaseState.OPEN
    await desk.until(NOON + timedelta(minutes=35))
    assert (await desk.incident(case.id)).state is CaseState.RESOLVED


async def test_a_finding_reopens_what_was_resolved_and_not_what_was_closed(desk: Desk) -> None:
    """The machine's evidence beats the word of a person; a closed incident is over, and a new one opens."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, case.id, "arreglado")
    desk.clock.set(NOON + timedelta(minutes=5))
    assert (await desk.raised(await desk.finding())).id == case.id
    assert (await desk.incident(case.id)).state is CaseState.OPEN
    assert (await desk.kinds(case.id))[-2:] == ["symptom_returned", "reopened"]
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.close(unit, case.id, "cliente de baja")
    newer = await desk.raised(await desk.finding())
    assert newer.number == 2


async def test_severity_is_raised_by_a_finding_and_never_lowered(desk: Desk) -> None:
    """The agent's rule got worse, then better: the clocks keep the worse."""
    finding = await desk.finding("filesystem.space", "/", Severity.NORMAL)
    case = await desk.raised(finding)
    await desk.raised(replace(finding, severity=Severity.HIGH))
    await desk.raised(replace(finding, severity=Severity.NORMAL))
    assert (await desk.incident(case.id)).severity is Severity.HIGH
    assert await desk.kinds(case.id) == ["opened", "severity_changed"]
    async with desk.storage.reading() as connection:
        changed = (await incidents.timeline(connection, case.id))[-2:]
    assert changed[0].actor_kind is ActorKind.AGENT


def test_the_controller_decides_the_severity() -> None:
    """An outage of a watched service or a server is critical; few other rules may be."""
    assert decided("watch.down", Severity.NORMAL, "laptop") is Severity.CRITICAL
    assert decided("agent.silent", Severity.CRITICAL, "laptop") is Severity.HIGH
    assert decided("agent.silent", Severity.NORMAL, "server") is Severity.CRITICAL
    assert decided("cpu.busy", Severity.CRITICAL, "server") is Severity.HIGH
    assert decided("filesystem.readonly", Severity.CRITICAL, "server") is Severity.CRITICAL
    assert decided("whatever.new", Severity.NORMAL, "server") is Severity.NORMAL


async def test_a_lost_edge_is_made_up_for(desk: Desk) -> None:
    """R3: a raise that never came opens, a clear that never came is noted; silence is not theirs."""
    silent = await desk.raised(await desk.finding("agent.silent", ""))
    gone = await desk.raised(await desk.finding(object_name="web"))
    desk.clock.set(NOON + timedelta(minutes=10))
    missed = await desk.finding(object_name="correo", began=timedelta(minutes=-8))
    await restate(desk, missed)
    async with desk.storage.reading() as connection:
        opened = await incidents.incident_of_finding(connection, missed.finding_id)
    assert opened is not None
    assert opened.began_at == NOON + timedelta(minutes=2)
    assert (await desk.incident(gone.id)).cleared_at == NOON + timedelta(minutes=10)
    assert (await desk.incident(silent.id)).cleared_at is None
    before = await desk.kinds(opened.id)
    await restate(desk, missed)
    assert await desk.kinds(opened.id) == before


async def test_what_still_lasts_after_a_person_resolved_it_is_reopened(desk: Desk) -> None:
    """The agent restates it later; but what a person closed with open eyes stays closed."""
    finding = await desk.finding()
    case = await desk.raised(finding)
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, case.id, "creo que ya")
    await restate(desk, finding)
    assert (await desk.incident(case.id)).state is CaseState.RESOLVED, "said before it could be seen"
    desk.clock.set(NOON + timedelta(minutes=10))
    await restate(desk, finding)
    assert (await desk.incident(case.id)).state is CaseState.OPEN
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.close(unit, case.id, "se acepta")
    desk.clock.set(NOON + timedelta(minutes=20))
    await restate(desk, finding)
    assert await numbers(desk) == [1]


async def test_a_fault_that_is_over_is_history(desk: Desk) -> None:
    """R4: replayed with its clear, it opens nothing."""
    async with desk.storage.unit() as unit:
        unit.announce(FindingRaised(await desk.finding(), already_over=True))
    assert await numbers(desk) == []


async def test_evidence_lands_in_the_timeline_once(desk: Desk) -> None:
    """The bundle's row carries its incident; sent again it is the same; without an incident it is kept."""
    finding = await desk.finding()
    case = await desk.raised(finding)
    received = EvidenceReceived(desk.machine_id, finding.finding_id, "ab" * 32, 2_048, desk.clock.now())
    for event in (received, received, replace(received, finding_id=uuid4())):
        async with desk.storage.unit() as unit:
            unit.announce(event)
    assert await desk.kinds(case.id) == ["opened", "evidence_attached"]
    async with desk.storage.reading() as connection:
        (bundle,) = await diagnostics.bundles(connection, case.id)
        assert await diagnostics.bundle(connection, bundle.id) == bundle
    assert (bundle.sha256, bundle.size_bytes) == ("ab" * 32, 2_048)


async def test_one_failing_step_takes_the_whole_report_back(desk: Desk) -> None:
    """R1: incident, timer, notices and timeline share one transaction."""
    finding = await desk.finding()
    with pytest.raises(ZeroDivisionError):
        async with desk.storage.unit() as unit:
            unit.announce(FindingRaised(finding))
            while unit.announced:
                await desk.storage.dispatcher(unit, unit.announced.popleft())
            raise ZeroDivisionError
    assert await numbers(desk) == []
    await desk.ticker.turn()
    assert desk.mailbox.mails == []
    assert (await desk.raised(finding)).number == 1
