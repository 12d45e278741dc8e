"""From a real desk to a forecast: open incidents, people on duty, and how long people took lately."""

from datetime import timedelta

import pytest

from controller.core.errors import Invalid
from controller.core.severity import Severity
from controller.incidents import actions
from controller.people.actions import change_user
from controller.reports.forecast import reading
from controller.reports.forecast.reading import Forecast, hours_of
from controller.reports.forecast.work import Chance
from tests.support.desk import Desk

MINUTE = timedelta(minutes=1)


async def forecast(desk: Desk, hours: int = 8) -> Forecast:
    async with desk.storage.reading() as connection:
        return reading.computed(await reading.gather(connection, desk.clock.now(), hours))


async def opened(desk: Desk, name: str, severity: Severity = Severity.CRITICAL) -> int:
    return (await desk.raised(await desk.finding(object_name=name, severity=severity))).number


async def test_four_outages_at_once_and_one_person_on_duty(desk: Desk) -> None:
    """Half an hour to answer each, ten minutes assumed: the fourth is late, and a second person saves it."""
    numbers = [await opened(desk, f"tienda-{n}") for n in range(4)]
    found = await forecast(desk, 2)
    answers = {
        one.owed.number: one.chance for one in found.outlook.expected if one.owed.clock == "first_response"
    }
    assert [answers[number] for number in numbers] == [
        Chance.SAFE,
        Chance.AT_RISK,
        Chance.AT_RISK,
        Chance.LIKELY_MISSED,
    ]
    assert ("person", 1) in {(one.change.kind.value, one.saved) for one in found.savings}
    assert found.question.paces.of(1, "critical").examples == 0


async def test_an_answered_one_owes_news_and_the_contract_moves_it_up(desk: Desk) -> None:
    """Answered at noon: news by two o'clock, not before one; level 2 has it from four o'clock on."""
    number = await opened(desk, "tienda")
    async with desk.storage.unit(desk.luis.actor) as unit:
        case = (await forecast(desk)).cases[number]
        await actions.respond(unit, case.id, "lo miramos")
    found = await forecast(desk, 8)
    first = found.outlook.expected[0]
    now = desk.clock.now()
    assert (first.owed.clock, first.owed.due, first.owed.ready) == (
        "update",
        now + 120 * MINUTE,
        now + 60 * MINUTE,
    )
    assert {one.level for one in found.outlook.expected} == {1, 2}
    assert all(one.owed.part == place for place, one in enumerate(found.outlook.expected))


async def test_nobody_on_duty_is_nobody_though_administrators_are_told(desk: Desk) -> None:
    await opened(desk, "tienda")
    async with desk.storage.unit() as unit:
        await change_user(unit, desk.luis.id, on_duty=False)
    found = await forecast(desk, 2)
    assert found.outlook.expected[0].why.value == "nobody"
    assert {one.change.kind.value for one in found.savings} == {"escalate", "person"}


async def test_paces_come_from_what_people_really_did(desk: Desk) -> None:
    """Six answers, each four minutes after the opening: four minutes it is, not what is assumed."""
    for n in range(6):
        number = await opened(desk, f"tienda-{n}")
        desk.clock.set(desk.clock.now() + 4 * MINUTE)
        async with desk.storage.unit(desk.luis.actor) as unit:
            await actions.respond(unit, (await forecast(desk)).cases[number].id, "hola")
    pace = (await forecast(desk)).question.paces.of(1, "critical")
    assert (pace.usual, pace.examples) == (4 * MINUTE, 6)
    assert (await forecast(desk)).arrivals > 0


@pytest.mark.parametrize("wished", ["0", "49", "-1", "ocho", "1.5"])
def test_what_is_no_number_of_hours_is_said(wished: str) -> None:
    with pytest.raises(Invalid):
        hours_of(wished)


def test_without_a_wish_it_is_a_shift() -> None:
    assert (hours_of(None), hours_of("12")) == (8, 12)
