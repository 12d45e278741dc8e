"""The queue shows the promise that ends first on top, and its filters are plain addresses."""

import re
from datetime import timedelta

from controller.core.actor import Role
from controller.incidents.actions import open_own
from controller.people import actions as people
from tests.controller.web.conftest import browsing
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.open_incidents import Block, people_and_machines, write
from tests.support.town import Town


def _titles(page: str) -> list[str]:
    return re.findall(r'<a id="go-[^"]*" href="[^"]*">([^<]*)</a>', page)


async def test_what_is_overdue_comes_first_then_what_is_due_next(console: Console, town: Town) -> None:
    async with browsing(console, console.ana) as browser:
        page = (await browser.get("/incidents")).text
    assert _titles(page) == [
        "El disco sda tarda 412 ms en responder",
        "/srv: quedan 18 GiB libres",
        "recepcion no da señales",
        "tienda-web no responde",
        "Quedan solo 190 MiB de memoria",
    ]


async def test_filters_are_plain_addresses_and_odd_ones_filter_nothing(console: Console, town: Town) -> None:
    async with browsing(console, console.ana) as browser:
        critical = (await browser.get("/incidents?severity=critical")).text
        closed = (await browser.get("/incidents?state=closed")).text
        odd = (await browser.get("/incidents?severity=x&level=99&customer=no")).text
    assert _titles(critical) == ["recepcion no da señales", "tienda-web no responde"]
    assert "Nada coincide con estos filtros" in closed
    assert len(_titles(odd)) == 5


async def test_an_empty_house_says_that_all_is_quiet(console: Console) -> None:
    async with browsing(console, console.ana) as browser:
        for path, said in (
            ("/incidents", "Todo en calma"),
            ("/machines", "vigia enrol"),
            ("/customers", "vigia customers add"),
        ):
            answer = await browser.get(path)
            assert answer.status_code == 200
            assert said in answer.text


async def test_the_reader_chooses_language_and_theme_without_scripts(console: Console, town: Town) -> None:
    from tests.support.forms import send

    async with browsing(console) as stranger:
        english = await stranger.get("/sign-in", headers={"accept-language": "en-GB,es;q=0.5"})
        assert "Sign in" in english.text
        assert 'lang="en"' in english.text
    async with browsing(console, console.ana) as browser:
        await send(browser, "/incidents", "/preferences", language="en", back="/machines")
        await send(browser, "/incidents", "/preferences", theme="dark", back="/machines")
        page = (await browser.get("/incidents")).text
    assert "tienda-web does not answer" in page
    assert 'data-bs-theme="dark"' in page


async def test_a_machine_shows_its_health_its_trouble_and_its_history(
    console: Console, town: Town, clock: JumpingClock
) -> None:
    machine = town.machines["caja-1"]
    async with browsing(console, console.ana) as browser:
        page = (await browser.get(f"/machines/{machine}")).text
        series = (await browser.get(f"/machines/{machine}/series")).json()["charts"]
        assert (await browser.get("/machines/not-a-machine")).status_code == 404
    assert "270 GiB libres de 931 GiB" in page
    assert "No responde" in page
    assert [chart["name"] for chart in series] == ["cpu", "memory", "disk", "network"]
    assert len(series[0]["times"]) == 359  # an hour, each 10 s, up to now
    assert all(0 <= value <= 1 for value in series[1]["lines"][0]["values"])


async def test_the_most_pressing_of_very_many_comes_first(console: Console) -> None:
    """Two are late and one is due in a minute; 1,500 others, numbered before them, have an hour."""
    now, hour = console.context.clock.now(), timedelta(hours=1)
    many = Block(1_500, now - hour, None, presses_after=2 * hour)
    old = Block(1, now - 2 * hour + timedelta(minutes=1), None, presses_after=2 * hour)
    late = Block(2, now - 9 * hour, None, presses_after=2 * hour)
    await people_and_machines(console.storage)
    await write(console.storage, many, old, late)
    async with browsing(console, console.ana) as browser:
        page = (await browser.get("/incidents")).text
    references = re.findall(r'id="go-INC-(\d+)"', page)
    assert references[:3] == ["1502", "1503", "1501"]
    assert len(references) == 200


async def test_administrators_see_alarms_about_ourselves_on_every_page(console: Console) -> None:
    async with console.storage.unit() as unit:
        await open_own(unit, "vigia.timer_set_aside", "escalation:1", {"error": "ValueError"})
    for role, shown in ((Role.ENGINEER, False), (Role.ADMINISTRATOR, True)):
        async with console.storage.unit() as unit:
            await people.change_user(unit, console.ana.id, role=role)
        async with browsing(console, console.ana) as browser:
            page = (await browser.get("/machines")).text
        assert ('aria-label="1 alarma sobre Vigía misma"' in page) is shown
