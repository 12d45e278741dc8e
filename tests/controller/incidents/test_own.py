"""What is wrong with Vigía itself is an incident of the house: one for each rule and object."""

from controller.fleet.house import HOUSE
from controller.incidents import store as incidents
from controller.incidents.actions import close, end_own, open_own
from controller.incidents.case import CaseState
from controller.notify import store as outbox
from tests.support.desk import Desk

RULE = "vigia.timer_set_aside"


async def test_said_twice_it_is_one_incident_and_those_on_duty_are_told(desk: Desk) -> None:
    """Whoever watches says it every minute; the house has one incident, and Luis one notice."""
    for _ in range(2):
        async with desk.storage.unit() as unit:
            case = await open_own(unit, RULE, "escalation:1", {"error": "ValueError"})
    assert (case.customer_id, case.state, case.machine_id) == (HOUSE, CaseState.OPEN, None)
    async with desk.storage.reading() as connection:
        (told,) = await outbox.notices(connection, [case.id])
    assert told.recipient == desk.luis.name
    assert "escalation:1" in told.subject


async def test_over_and_back_again_it_is_the_same_incident(desk: Desk) -> None:
    """Resolved by itself with its reason; the same trouble reopens it; after closing it is a new one."""
    async with desk.storage.unit() as unit:
        first = await open_own(unit, RULE, "a", {})
    async with desk.storage.unit() as unit:
        assert await end_own(unit, RULE, "b") is None
        ended = await end_own(unit, RULE, "a", "timer_released")
    assert ended is not None
    assert ended.state is CaseState.RESOLVED
    async with desk.storage.unit() as unit:
        again = await open_own(unit, RULE, "a", {})
    assert (again.id, again.state) == (first.id, CaseState.OPEN)
    async with desk.storage.unit(desk.root.actor) as unit:
        await end_own(unit, RULE, "a")
        await close(unit, first.id, "Era una prueba")
    async with desk.storage.unit() as unit:
        other = await open_own(unit, RULE, "a", {})
    assert other.id != first.id
    async with desk.storage.reading() as connection:
        kinds = [entry.kind.value for entry in await incidents.timeline(connection, first.id)]
    assert kinds.count("resolved") == 2
