"""Two words of one instant, and clocks that go back: the order in which things were written is kept (T9)."""

from dataclasses import fields
from datetime import timedelta

from controller.core.severity import Severity
from controller.incidents import actions
from controller.incidents import store as incidents
from controller.incidents.case import Incident
from controller.sla import ledger
from tests.support.desk import Desk, person

SECOND = timedelta(seconds=1)


async def test_three_severities_of_one_instant_end_with_the_last(desk: Desk) -> None:
    """All of one unit: what `evaluate` proves is what the row says."""
    for _ in range(5):
        incident = await desk.raised(await desk.finding("watch.down"))
        async with desk.storage.unit(person(desk.ana)) as unit:
            for severity in (Severity.NORMAL, Severity.HIGH, Severity.CRITICAL):
                await actions.change_severity(unit, incident.id, severity, "second thoughts")
        async with desk.storage.reading() as connection:
            _, state = await ledger.state_of(connection, incident.id, desk.clock.now())
        assert state.severity == "critical"


async def test_an_incident_reopened_after_the_clock_went_back_goes_on(desk: Desk) -> None:
    incident = await desk.raised(await desk.finding("watch.down"))
    staff = person(desk.ana)
    async with desk.storage.unit(staff) as unit:
        await actions.respond(unit, incident.id, "We see it.")
    async with desk.storage.unit(staff) as unit:
        await actions.resolve(unit, incident.id, "Done.")
    desk.clock.set(desk.clock.now() - 5 * SECOND)
    async with desk.storage.unit(staff) as unit:
        await actions.reopen(unit, incident.id, "It is back.")
    async with desk.storage.reading() as connection:
        _, state = await ledger.state_of(connection, incident.id, desk.clock.now())
    assert state.status == "open"
    assert {clock.name for clock in state.pending} >= {"update", "escalate_l2", "escalate_l3"}
    await desk.until(desk.clock.now() + timedelta(hours=3))
    assert "breached" in await desk.kinds(incident.id), "its promises are kept an eye on"


async def test_an_answer_given_while_the_clock_was_behind_counts(desk: Desk) -> None:
    incident = await desk.raised(await desk.finding("watch.down"))
    desk.clock.set(desk.clock.now() - timedelta(minutes=10))
    async with desk.storage.unit(person(desk.ana)) as unit:
        await actions.respond(unit, incident.id, "We see it.")
    async with desk.storage.reading() as connection:
        _, state = await ledger.state_of(connection, incident.id, desk.clock.now())
    assert state.clocks["first_response"].state == "met"


def test_the_columns_of_an_incident_stand_in_the_order_of_its_fields() -> None:
    """Rows are read by position."""
    columns = [column.name for column in incidents.incidents_table.columns]
    assert columns == [field.name for field in fields(Incident)]
    assert columns[5:7] == ["severity", "state"]
