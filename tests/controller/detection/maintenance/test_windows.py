"""A window in which faults are expected: nothing opens in it, all is written down and none forgotten."""

from datetime import timedelta

import pytest

from controller import flow
from controller.core.errors import Conflict, Invalid
from controller.core.severity import Severity
from controller.detection.maintenance import actions, store
from controller.detection.maintenance.window import Held, Window
from controller.fleet.findings import ConditionsRestated, Finding
from controller.fleet.intake.store import KnownFinding, add_findings, change_findings
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from tests.support.desk import Desk

HOUR = timedelta(hours=1)


async def announced(desk: Desk, **where: object) -> Window:
    async with desk.storage.unit() as unit:
        return await actions.announce(
            unit,
            desk.customer.id,
            unit.now,
            unit.now + HOUR,
            "new disks",
            **where,  # type: ignore[arg-type]
        )


async def known(desk: Desk, finding: Finding, cleared: bool = False) -> None:
    """As the intake keeps it."""
    async with desk.storage.unit() as unit:
        row = KnownFinding(finding, unit.now, None, already_over=False)
        await add_findings(unit.connection, [row])
        if cleared:
            ended = KnownFinding(finding, unit.now, unit.now, already_over=False)
            await change_findings(unit.connection, [ended])


async def found(desk: Desk, finding: Finding) -> Incident | None:
    async with desk.storage.unit() as unit:
        await flow.open_or_join(unit, flow.FindingRaised(finding))
    async with desk.storage.reading() as connection:
        return await incidents.incident_of_finding(connection, finding.finding_id)


async def held(desk: Desk, window: Window) -> tuple[Held, ...]:
    async with desk.storage.reading() as connection:
        return await store.held_in(connection, window.id)


async def test_what_is_still_wrong_at_the_end_becomes_an_incident_and_the_rest_is_written_down(
    desk: Desk,
) -> None:
    """Two faults in the window; one passes. At the end one incident, whose promise counts from then."""
    window = await announced(desk, machine_id=desk.machine_id)
    passing, lasting = await desk.finding(object_name="a"), await desk.finding(object_name="b")
    for finding, cleared in ((passing, True), (lasting, False)):
        assert await found(desk, finding) is None
        await known(desk, finding, cleared)
    desk.clock.set(window.ends_at)
    await desk.ticker.turn()
    assert sorted((one.object, one.became_incident) for one in await held(desk, window)) == [
        ("a", False),
        ("b", True),
    ]
    async with desk.storage.reading() as connection:
        case = await incidents.incident_of_finding(connection, lasting.finding_id)
        assert await incidents.incident_of_finding(connection, passing.finding_id) is None
    assert case is not None and case.severity is Severity.CRITICAL
    assert case.opened_at == window.ends_at and case.began_at == lasting.began_at


async def test_what_is_restated_in_a_window_opens_nothing_and_ends_nothing(desk: Desk) -> None:
    """An older incident stays as it is while its machine is worked on (R3)."""
    before = await desk.finding(object_name="before")
    older = await desk.raised(before)
    await known(desk, before)
    window = await announced(desk)
    new = await desk.finding(object_name="new")
    async with desk.storage.unit() as unit:
        await flow.reconcile(unit, ConditionsRestated(desk.machine_id, unit.now, (before, new)))
    async with desk.storage.reading() as connection:
        assert await incidents.incident_of_finding(connection, new.finding_id) is None
        same = await incidents.incident(connection, older.id)
    assert same is not None and same.cleared_at is None
    assert {one.object for one in await held(desk, window)} == {"before", "new"}


async def test_a_window_that_a_person_ends_is_judged_at_once_and_another_may_still_hold(desk: Desk) -> None:
    first = await announced(desk)
    async with desk.storage.unit() as unit:
        longer = await actions.announce(
            unit, desk.customer.id, unit.now, unit.now + 2 * HOUR, "power", machine_id=desk.machine_id
        )
    finding = await desk.finding()
    assert await found(desk, finding) is None
    await known(desk, finding)
    assert await held(desk, first) == ()
    async with desk.storage.unit() as unit:
        await actions.end(unit, longer.number)
    await desk.ticker.turn()
    (handed_on,) = await held(desk, first)
    assert handed_on.judged_at is None
    async with desk.storage.unit() as unit:
        await actions.end(unit, first.number)
    await desk.ticker.turn()
    async with desk.storage.reading() as connection:
        assert await incidents.incident_of_finding(connection, finding.finding_id) is not None
    with pytest.raises(Conflict, match="over already"):
        async with desk.storage.unit() as unit:
            await actions.end(unit, first.number)


async def test_a_forgotten_end_is_found_by_the_auditor(desk: Desk) -> None:
    """The timers' table lost its row: within a minute it is there again."""
    window = await announced(desk)
    finding = await desk.finding()
    await found(desk, finding)
    await known(desk, finding)
    async with desk.storage.unit() as unit:
        await actions.timers.cancel(unit, actions.timer_key(window.id))
    desk.clock.set(window.ends_at + timedelta(minutes=1))
    assert await actions.audit(desk.storage) == 1
    await desk.ticker.turn()
    async with desk.storage.reading() as connection:
        assert await incidents.incident_of_finding(connection, finding.finding_id) is not None


@pytest.mark.parametrize(
    ("minutes", "reason", "field"), [(-1, "x", "to"), (60 * 24 * 15, "x", "to"), (60, " ", "reason")]
)
async def test_a_window_that_makes_no_sense_is_refused(
    desk: Desk, minutes: int, reason: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        async with desk.storage.unit() as unit:
            end = unit.now + timedelta(minutes=minutes)
            await actions.announce(unit, desk.customer.id, unit.now, end, reason)
    assert refusal.value.field == field
