"""Reports become findings once, with the right times, in whatever order they come (T2, R1-R5)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from controller.core.severity import Severity
from controller.fleet import actions as fleet
from controller.fleet import store
from controller.fleet.findings import (
    ConditionsRestated,
    EvidenceReceived,
    FindingCleared,
    FindingRaised,
)
from controller.fleet.intake.blindness import DownPeriod
from controller.fleet.intake.cursor import PATIENCE, Lane
from controller.fleet.intake.report import Entry, Record, Report, ReportedEvidence, ReportedFinding
from controller.fleet.machine import Greeting
from tests.controller.fleet.conftest import Office
from tests.support.clocks import NOON, JumpingClock

GREETING = Greeting("0", "caja-1", "Debian", "12", "x86_64", "boot", None, "epoch", (), timedelta())


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def finding(
    began_at: datetime,
    finding_id: UUID | None = None,
    *,
    raised: bool = True,
    severity: Severity = Severity.HIGH,
) -> ReportedFinding:
    return ReportedFinding(
        finding_id or uuid4(), "watch.down", "web", raised, severity, began_at, began_at, {}
    )


def report(
    machine_id: UUID,
    records: Sequence[Record],
    received_at: datetime,
    first: int = 1,
    *,
    connected_at: datetime | None = None,
    stated: frozenset[UUID] | None = None,
) -> Report:
    entries = tuple(Entry(Lane.FAULTS, first + n, record) for n, record in enumerate(records))
    connected_at = connected_at or received_at
    return Report(machine_id, "epoch", received_at, connected_at, entries, stated, connected_at)


async def take(office: Office, given: Report, down: Sequence[DownPeriod] = ()) -> None:
    async with office.storage.unit() as unit:
        await fleet.take_report(unit, given, down)


async def connect(office: Office, machine_id: UUID) -> None:
    async with office.storage.unit() as unit:
        await fleet.greet(unit, machine_id, GREETING)


def raised(office: Office) -> list[FindingRaised]:
    return [event for event in office.told if isinstance(event, FindingRaised)]


async def test_a_finding_made_while_we_were_away_opened_when_it_was_made(
    office: Office, clock: JumpingClock
) -> None:
    """Away 12:00 to 12:10, the agent is back at 12:11, and speaks at 12:12 of what it found at 12:03."""
    machine_id = await office.machine()
    await connect(office, machine_id)
    clock.set(NOON + minutes(11))
    await connect(office, machine_id)
    clock.set(NOON + minutes(12))
    down = [DownPeriod(NOON, NOON + minutes(10))]
    records = [finding(NOON + minutes(3)), finding(NOON - minutes(20)), finding(NOON + minutes(11.5))]
    await take(office, report(machine_id, records, NOON + minutes(12)), down)
    assert [event.finding.opened_at - NOON for event in raised(office)] == [
        minutes(3),
        minutes(12),
        minutes(12),
    ]
    assert [event.finding.began_at for event in raised(office)] == [record.began_at for record in records]


async def test_who_stayed_connected_through_a_stall_was_blind_no_longer_than_it(
    office: Office, clock: JumpingClock
) -> None:
    """It has no reconnect after it: what it found later and could not send was its own line's fault."""
    machine_id = await office.machine()
    await connect(office, machine_id)
    clock.set(NOON + minutes(30))
    await connect(office, machine_id)
    down = [DownPeriod(NOON + minutes(1), NOON + minutes(2), frozenset({machine_id}))]
    records = [finding(NOON + minutes(1.5)), finding(NOON + minutes(10))]
    await take(office, report(machine_id, records, NOON + minutes(30)), down)
    assert [event.finding.opened_at - NOON for event in raised(office)] == [minutes(1.5), minutes(30)]


async def test_what_a_restored_controller_had_known_is_no_mere_history(office: Office) -> None:
    """Up to where the agent had been told that its faults are committed, each had its incident, and gets it
    back, over or not (R5); what comes behind is judged as ever (R4)."""
    machine_id = await office.machine()
    known, new = finding(NOON - minutes(9)), finding(NOON - minutes(5))
    records = [finding(one.began_at + minutes(1), one.finding_id, raised=False) for one in (known, new)]
    given = report(machine_id, [known, records[0], new, records[1]], NOON)
    await take(office, replace(given, refill_to=2))
    assert [event.already_over for event in raised(office)] == [False, True]


async def test_an_agent_that_was_told_more_than_we_hold_is_noticed(office: Office) -> None:
    machine_id = await office.machine()
    await take(office, report(machine_id, [finding(NOON)], NOON))
    async with office.storage.unit() as unit:
        assert await fleet.greet(unit, machine_id, replace(GREETING, faults_acknowledged=1)) == {
            Lane.FAULTS: 1
        }
        assert await fleet.greet(unit, machine_id, replace(GREETING, faults_acknowledged=8)) == {
            Lane.FAULTS: 1
        }
    async with office.storage.reading() as connection:
        events = await store.history(connection, machine_id)
    assert [event.facts for event in events if event.kind == "refilled"] == [{"records": "7"}]


async def test_replayed_faults_that_are_over_are_history(office: Office) -> None:
    """Raise and clear in one backlog: both are told, the raise marked, and nothing is left open (R4)."""
    machine_id = await office.machine()
    first, second = finding(NOON - minutes(9)), finding(NOON - minutes(5))
    over = finding(NOON - minutes(8), first.finding_id, raised=False)
    await take(office, report(machine_id, [first, over, second], NOON))
    assert [event.already_over for event in raised(office)] == [True, False]
    async with office.storage.reading() as connection:
        still = await store.open_findings(connection, machine_id)
    assert [known.finding.finding_id for known in still] == [second.finding_id]


async def test_a_fault_whose_end_comes_in_a_later_envelope_is_history_too(office: Office) -> None:
    """The agent said before its backlog what is still wrong: this one was not among it."""
    machine_id = await office.machine()
    gone, still = finding(NOON - minutes(9)), finding(NOON - minutes(5))
    stated = frozenset({still.finding_id})
    await take(office, report(machine_id, [gone, still], NOON, stated=stated))
    assert [event.already_over for event in raised(office)] == [True, False]


async def test_a_fault_that_came_and_went_while_connected_is_an_incident(office: Office) -> None:
    """A slow database may put both in one batch; that makes it no history."""
    machine_id = await office.machine()
    live = finding(NOON + minutes(1))
    over = finding(NOON + minutes(1.5), live.finding_id, raised=False)
    await take(office, report(machine_id, [live, over], NOON + minutes(2), connected_at=NOON))
    assert [event.already_over for event in raised(office)] == [False]
    assert isinstance(office.told[-1], FindingCleared)
    assert office.told[-1].finding.began_at == over.began_at


async def test_a_change_of_severity_is_told_a_repetition_is_not(office: Office) -> None:
    machine_id = await office.machine()
    one = finding(NOON)
    worse = finding(NOON, one.finding_id, severity=Severity.CRITICAL)
    await take(office, report(machine_id, [one, worse, worse], NOON))
    assert [event.finding.severity for event in raised(office)] == [Severity.HIGH, Severity.CRITICAL]


async def test_a_lost_raise_is_mended_by_what_is_restated(office: Office) -> None:
    """Told once, though the record itself comes later; its evidence, which came before it, follows it."""
    machine_id = await office.machine()
    lost = finding(NOON)
    evidence = ReportedEvidence(lost.finding_id, "a" * 64, 5, NOON)
    await take(office, report(machine_id, [evidence], NOON, first=2))
    assert office.told == []
    async with office.storage.unit() as unit:
        await fleet.restate(unit, report(machine_id, [], NOON), [lost], NOON, first=True)
    assert [type(event) for event in office.told] == [FindingRaised, EvidenceReceived]
    await take(office, report(machine_id, [lost], NOON))
    assert len(office.told) == 2


async def test_a_lost_clear_is_mended_by_the_second_restatement(office: Office) -> None:
    """Not by the first: the true one, with its time, may still lie in the backlog."""
    machine_id = await office.machine()
    await take(office, report(machine_id, [finding(NOON - minutes(1))], NOON))
    async with office.storage.unit() as unit:
        await fleet.restate(unit, report(machine_id, [], NOON), [], NOON, first=True)
    assert len(office.told) == 1
    async with office.storage.unit() as unit:
        await fleet.restate(unit, report(machine_id, [], NOON), [], NOON, first=False)
    assert [type(event) for event in office.told[1:]] == [FindingCleared, ConditionsRestated]
    async with office.storage.reading() as connection:
        assert await store.open_findings(connection, machine_id) == ()


async def test_nothing_of_a_unit_that_fails_is_kept(office: Office) -> None:
    """No row, no cursor, no event: the agent sends it again, and then it is new."""
    machine_id = await office.machine()
    given = report(machine_id, [finding(NOON)], NOON)
    try:
        async with office.storage.unit() as unit:
            await fleet.take_report(unit, given)
            raise RuntimeError("power cut")
    except RuntimeError:
        pass
    assert office.told == []
    await take(office, given)
    assert len(raised(office)) == 1


async def test_a_gap_that_nobody_fills_stops_holding_the_acknowledgement(
    office: Office, clock: JumpingClock
) -> None:
    """Record 1 is lost for good: asked for, waited for, and given up; a report without records asks anew."""
    machine_id = await office.machine()
    async with office.storage.unit() as unit:
        taken = await fleet.take_report(unit, report(machine_id, [finding(NOON)], NOON, first=2))
    assert taken.acknowledged == {Lane.FAULTS: 0}
    assert taken.wanted[Lane.FAULTS][0].last == 1
    await clock.jump(PATIENCE)
    async with office.storage.unit() as unit:
        taken = await fleet.take_report(unit, report(machine_id, [], clock.now()))
    assert taken.acknowledged == {Lane.FAULTS: 2}
    assert not taken.wanted
