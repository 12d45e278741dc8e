"""The page of duty: the picture and its words, swapping a turn, the schedule, the private calendar."""

import re
from datetime import timedelta

import httpx

from controller.core.actor import Role
from controller.core.severity import Severity
from controller.escalation.rota.actions import set_schedule
from controller.fleet import actions as fleet
from controller.incidents.actions import open_by_person
from controller.people import actions as people
from controller.people.user import User
from tests.controller.web.conftest import browsing
from tests.support.clocks import NOON, JumpingClock
from tests.support.console import Console
from tests.support.forms import secret_of, send

# NOON is Monday 2 March 2026, 06:00 in Mexico City.
ROTA = """effective_from = {at}
[rota.office]
level = 1
zone = "America/Mexico_City"
members = ["ana"]
starts = 2026-03-02
every_days = 1
hand_over = "00:00"
[rota.office.hours]
mon = [["00:00", "24:00"]]
tue = [["08:00", "24:00"]]
"""


async def administrator(console: Console) -> User:
    async with console.storage.unit() as unit:
        return await people.add_user(
            unit, "root", "Raúl Mar", "root@vigia.example", role=Role.ADMINISTRATOR, on_duty=False
        )


async def take_over(browser: httpx.AsyncClient, **typed: str) -> httpx.Response:
    secret = secret_of((await browser.get("/duty")).text)
    return await browser.post("/duty/override", data={"csrf": secret, "level": "1", "who": "ana", **typed})


async def test_gaps_are_drawn_said_and_filled(console: Console) -> None:
    """Tuesday morning is nobody's: in red, in words, in the table; Ana takes it over and it is gone."""
    root = await administrator(console)
    async with console.storage.unit(root.actor) as unit:
        await set_schedule(unit, ROTA.format(at=NOON.isoformat()))
    async with browsing(console, console.ana) as browser:
        page = (await browser.get("/duty?weeks=1")).text
        assert (
            "Nivel 1: nadie desde mar 3 mar, 00:00 hasta mar 3 mar, 08:00 (el turno no nombra a nadie)"
            in page
        )
        assert page.count('class="v-duty-missing"') == page.count("<title>nadie:")
        assert 'fill="url(#duty-gap)"' in page
        assert "effective_from" not in page
        wrong = {"start": "2026-03-03T08:00", "until": "2026-03-03T00:00"}
        refused = await take_over(browser, **wrong)
        assert refused.status_code == 422
        assert "Hasta: no es posterior al comienzo. Indique un instante posterior." in refused.text
        assert 'value="2026-03-03T08:00"' in refused.text
        right = {"start": "2026-03-03T00:00", "until": "2026-03-03T08:00", "reason": "<b>"}
        done = await take_over(browser, **right)
        page = (await browser.get(done.headers["location"])).text
        assert "El turno está tomado." in page
        assert "nadie desde mar 3 mar, 00:00" not in page
        assert "&lt;b&gt;" in page
        await browser.post("/duty/overrides/1/drop", data={"csrf": secret_of(page)})
        assert "nadie desde mar 3 mar, 00:00" in (await browser.get("/duty")).text
        assert (await send(browser, "/duty", "/duty/schedule", document="")).status_code == 403
    async with browsing(console, console.vera) as browser:
        assert 'action="/duty/override"' not in (await browser.get("/duty")).text


async def test_every_fault_of_a_schedule_comes_back_with_what_was_typed(console: Console) -> None:
    """Two faults, both said by line; then it is set."""
    root = await administrator(console)
    text = ROTA.format(at=NOON.isoformat())
    async with browsing(console, root) as browser:
        page = (await browser.get("/duty")).text
        assert "[rota.weeks]" in page, "something to begin with"
        wrong = text.replace('"ana"', '"nobody"').replace("level = 1", "level = 9")
        refused = await send(browser, "/duty", "/duty/schedule", document=wrong)
        assert refused.status_code == 422
        assert "línea 3, rota.office.level: 9 no es un número entero de 1 a 3." in refused.text
        assert "línea 5, rota.office.members[0]: &#39;nobody&#39; no es nadie activo" in refused.text
        assert "level = 9" in refused.text
        assert (await send(browser, "/duty", "/duty/schedule", document=text)).status_code == 303
        assert "Ana Ruiz" in (await browser.get("/duty")).text


async def test_the_private_calendar_opens_without_signing_in_and_opens_nothing_else(console: Console) -> None:
    """A new link makes the old one useless; strangers with a wrong one learn nothing."""
    root = await administrator(console)
    async with console.storage.unit(root.actor) as unit:
        await set_schedule(unit, ROTA.format(at=NOON.isoformat()))
    async with browsing(console, console.ana) as browser:
        links = []
        for _ in range(2):
            page = (await send(browser, "/duty", "/duty/calendar")).text
            found = re.search(r"<code>([^<]*)/mine\.ics</code>", page)
            assert found is not None
            links.append(found[1])
        assert links[0] not in (await browser.get("/duty")).text
    async with browsing(console) as stranger:
        assert (await stranger.get(links[0] + "/mine.ics")).status_code == 404
        answer = await stranger.get(links[1] + "/mine.ics")
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        assert "SUMMARY:Guardia de nivel 1: Ana Ruiz" in answer.text
        assert (await stranger.get(links[1] + "/level-2.ics")).text.count("BEGIN:VEVENT") == 0
        assert (await stranger.get(links[1] + "/level-9.ics")).status_code == 404
        assert (await stranger.get("/duty")).headers["location"].startswith("/sign-in")


async def test_whoever_looks_after_it_says_so_on_its_page(console: Console, clock: JumpingClock) -> None:
    """Waiting is seen in the queue and on the page, and the button ends it; a second press harms nothing."""
    root = await administrator(console)
    async with console.storage.unit(root.actor) as unit:
        customer = await fleet.add_customer(
            unit, "Sol", "es", "Marta", "m@sol.example", "America/Mexico_City"
        )
        await open_by_person(unit, customer_id=customer.id, summary="Nada va", severity=Severity.CRITICAL)
    clock.set(NOON + timedelta(minutes=2))
    async with browsing(console, console.ana) as browser:
        assert "espera la confirmación de Ana Ruiz desde 06:00" in (await browser.get("/incidents")).text
        page = (await browser.get("/incidents/INC-1")).text
        assert "Si nadie lo hace, se avisa a los siguientes a las 06:05." in page
        done = await browser.post("/incidents/INC-1/ack", data={"csrf": secret_of(page)})
        page = (await browser.get(done.headers["location"])).text
        assert "Queda dicho que usted la atiende." in page
        assert 'action="/incidents/INC-1/ack"' not in page
        assert "Ana Ruiz confirmó a los 2 min" in page
        again = await browser.post("/incidents/INC-1/ack", data={"csrf": secret_of(page)})
        assert again.headers["location"] == "/incidents/INC-1"
