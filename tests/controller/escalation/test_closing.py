"""Everything is closed in the end, and the list of what is forgotten says what is not."""

from datetime import timedelta

from controller import timers
from controller.core.severity import Severity
from controller.escalation.actions import timer_key
from controller.escalation.forgotten import Neglect, forgotten
from controller.escalation.waiting import closing
from controller.incidents import actions
from controller.incidents.case import CaseState
from controller.incidents.correspondence import close_key
from tests.support.desk import Desk


async def neglected(desk: Desk) -> list[tuple[str, Neglect]]:
    async with desk.storage.reading() as connection:
        found = await forgotten(connection, desk.clock.now())
    return [(one.incident.reference, one.neglect) for one in found]


async def test_nothing_is_forgotten_by_design(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.respond(unit, case.id, "Seen", "phone")
    await desk.until(desk.clock.now() + timedelta(hours=1))
    assert await neglected(desk) == []
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, case.id, "Restarted")
    await desk.until(desk.clock.now() + timedelta(days=6))
    assert await neglected(desk) == []
    assert (await desk.incident(case.id)).state is CaseState.CLOSED


async def test_an_incident_nobody_writes_about_is_listed(desk: Desk) -> None:
    """Critical: an update every 2 h, so 4 h of silence are too much. What the engine writes is no word."""
    await desk.raised(await desk.finding())
    await desk.until(desk.clock.now() + timedelta(hours=4))
    assert await neglected(desk) == []
    await desk.until(desk.clock.now() + timedelta(minutes=1))
    assert await neglected(desk) == [("INC-1", Neglect.QUIET)]


async def test_a_missing_timer_is_listed_and_the_auditor_makes_it_again(desk: Desk) -> None:
    case = await desk.raised(await desk.finding())
    other = await desk.raised(await desk.finding(object_name="agenda", severity=Severity.HIGH))
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, other.id, "Restarted")
    async with desk.storage.unit() as unit:
        await timers.cancel(unit, timer_key(case.id))
        await timers.cancel(unit, close_key(other.id))
    assert await neglected(desk) == [("INC-1", Neglect.NO_TIMER), ("INC-2", Neglect.NO_TIMER)] or (
        await neglected(desk) == [("INC-2", Neglect.NO_TIMER), ("INC-1", Neglect.NO_TIMER)]
    )
    assert await closing.audit(desk.storage) == 1
    assert await closing.audit(desk.storage) == 0
    assert await neglected(desk) == [("INC-1", Neglect.NO_TIMER)]
    await desk.until(desk.clock.now() + timedelta(days=5))
    assert (await desk.incident(other.id)).state is CaseState.CLOSED


async def test_a_resolved_one_that_outlives_its_days_is_listed(desk: Desk) -> None:
    """A controller that sleeps cannot close; whoever reads its database sees what it owes."""
    case = await desk.raised(await desk.finding())
    async with desk.storage.unit(desk.luis.actor) as unit:
        await actions.resolve(unit, case.id, "Restarted")
    desk.clock.set(desk.clock.now() + timedelta(days=5, hours=1))
    assert await neglected(desk) == []
    desk.clock.set(desk.clock.now() + timedelta(minutes=1))
    assert await neglected(desk) == [("INC-1", Neglect.UNCLOSED)]
