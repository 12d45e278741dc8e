"""The pages of plans and calendars: what they say in words, the editor with its preview, who may do what."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from controller.core.actor import Role
from controller.core.severity import Severity
from controller.fleet import actions as fleet
from controller.incidents import actions as incidents
from controller.people import actions as people
from controller.sla import actions, store
from tests.controller.web.conftest import browsing
from tests.controller.web.portal.conftest import visiting
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.neighbours import MARTA, build_neighbours
from tests.support.plans import office, office_plan

DAY = timedelta(days=1)
ZONE = "America/Mexico_City"


@asynccontextmanager
async def administering(console: Console) -> AsyncIterator[httpx.AsyncClient]:
    async with console.storage.unit() as unit:
        root = await people.add_user(
            unit,
            "root",
            "Raúl Mar",
            "root@vigia.example",
            role=Role.ADMINISTRATOR,
            zone="America/Mexico_City",
        )
    async with browsing(console, root) as browser:
        yield browser


async def typed(browser: httpx.AsyncClient, path: str) -> dict[str, str]:
    """The form of the page as a browser would send it, unchanged."""
    page = (await browser.get(path)).text
    form = page.split("<main", 1)[1]
    found = {
        name: _plain(value)
        for name, value in re.findall(r'<input[^>]* name="([^"]+)"[^>]*?value="([^"]*)"', form)
    }
    text = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", form, re.DOTALL)
    assert text is not None
    return {**found, "document": _plain(text[1]), "customer": ""}


def _plain(text: str) -> str:
    return text.replace("&#34;", '"').replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")


async def test_plans_are_told_in_words_with_what_each_promise_counts(
    console: Console, clock: JumpingClock
) -> None:
    """The plan in force is day and night; the one to come counts office hours, and draws them."""
    async with console.storage.unit() as unit:
        calendar = await actions.add_calendar(unit, office(clock.now() + DAY))
        plan = await actions.add_plan(unit, office_plan(clock.now() + DAY))
    async with browsing(console, console.vera) as browser:
        page = (await browser.get("/plans")).text
        assert "<strong>30 min</strong>" in page and "día y noche" in page
        assert "En vigor" in page and "Por venir" in page and "lun: 09:00–14:00, 15:00–18:00" in page
        assert "/plans/new" not in page
        page = (await browser.get(f"/plans/version/{plan.id}")).text
        assert "tiempo abierto de office" in page and "días abiertos de office" in page
        assert "<strong>2 días</strong>" in page and "24 horas cada uno" in page
        assert len(re.findall('class="v-week-open"', page)) == 6
        assert 'aria-label="Abierto en una semana: lun: 09:00–14:00' in page
        assert "lun 16 mar 2026" in page and "style=" not in page.split("<main", 1)[1]
        page = (await browser.get(f"/plans/calendars/{calendar.id}")).text
        assert "Soporte de oficina" in page
        assert (await browser.get("/plans/version/none")).status_code == 404
        assert (await browser.get(f"/plans/calendars/{plan.id}")).status_code == 404


async def test_a_version_is_kept_only_after_its_consequences_were_seen(
    console: Console, clock: JumpingClock
) -> None:
    """The table of times writes into the document; saving at once shows the preview first; what is typed
    after the preview is previewed again. An incident that was answered after 20 minutes had missed it."""
    async with console.storage.unit(console.ana.actor) as unit:
        sol = await fleet.add_customer(unit, "Sol", "es", "Marta", "marta@sol.example", ZONE)
        case = await incidents.open_by_person(
            unit, customer_id=sol.id, summary="Nada va", body="", severity=Severity.CRITICAL, machine_id=None
        )
    clock.set(clock.now() + timedelta(minutes=20))
    async with console.storage.unit(console.ana.actor) as unit:
        await incidents.respond(unit, case.id, "Voy", channel="phone")
    async with administering(console) as browser:
        form = await typed(browser, "/plans/new")
        assert "effective_from = 2026-03-03T00:00:00-06:00" in form["document"]
        form["critical.first_response"] = "10m"
        first = await browser.post("/plans/new", data={**form, "do": "save"})
        assert first.status_code == 200 and "Lo que cambia" in first.text
        assert "Crítica: primera respuesta" in first.text
        assert "30 min" in first.text and "<strong>10 min</strong>" in first.text
        assert "Habría regido 1 incidencia." in first.text and "1 habría incumplido más," in first.text
        assert "Viernes a las cinco y media" in first.text
        mark = re.search(r'name="previewed" value="([0-9a-f]{64})"', first.text)
        assert mark is not None
        text = form["document"].replace('first_response = "30m"', 'first_response = "10m"')
        kept = {**form, "document": text, "was.critical.first_response": "10m", "previewed": mark[1]}
        changed = {**kept, "document": text + "# later", "do": "save"}
        assert (await browser.post("/plans/new", data=changed)).status_code == 200
        saved = await browser.post("/plans/new", data={**kept, "do": "save"})
        assert saved.status_code == 303, saved.text
        async with console.storage.reading() as connection:
            book = await store.versions(connection)
        assert [one.document for one in book.plans if one.created_by == "Raúl Mar"] == [text]
        gone = await browser.post(f"{saved.headers['location']}/withdraw", data={"csrf": form["csrf"]})
        assert (gone.status_code, gone.headers["location"]) == (303, "/plans?done=withdrawn")
        seeded = next(one for one in book.plans if one.created_by == "")
        stays = await browser.post(f"/plans/version/{seeded.id}/withdraw", data={"csrf": form["csrf"]})
        assert stays.status_code == 409 and "está en vigor" in stays.text


async def test_faults_come_at_once_and_what_was_typed_stays(console: Console) -> None:
    async with administering(console) as browser:
        form = await typed(browser, "/plans/new")
        form["high.first_response"] = "<soon>"
        form["document"] = form["document"].replace('"America/Mexico_City"', '"Moon"') + 'colour = "red"\n'
        answer = await browser.post("/plans/new", data={**form, "do": "preview"})
        assert answer.status_code == 422
        for said in (
            "3 cosas no tienen sentido",
            "línea 2, zone",
            "targets.colour",
            "severity.high.first_response",
        ):
            assert said in answer.text
        assert "&#34;&lt;soon&gt;&#34;" in answer.text and "<soon>" not in answer.text
        answer = await browser.post("/plans/new", data={"csrf": form["csrf"], "document": "[" * 3000})
        assert answer.status_code == 422 and "no es TOML" in answer.text


async def test_a_calendar_that_no_plan_counts_changes_nothing_and_one_that_is_counted_does(
    console: Console, clock: JumpingClock
) -> None:
    async with console.storage.unit() as unit:
        await actions.add_calendar(unit, office())
    clock.set(clock.now() + timedelta(seconds=1))
    async with console.storage.unit() as unit:
        await actions.add_plan(unit, office_plan())
    clock.set(clock.now() + timedelta(seconds=1))
    async with administering(console) as browser:
        form = await typed(browser, "/plans/new-calendar?name=office")
        later = form["document"].replace('fri = [["09:00", "18:00"]]', 'fri = [["09:00", "15:00"]]')
        answer = await browser.post("/plans/new-calendar", data={**form, "document": later})
        assert "Viernes" in answer.text and "09:00–15:00" in answer.text
        assert re.search(
            r"Crítica, primera respuesta: <span[^>]*>vie 6 mar, 18:00</span> → <strong>lun 9", answer.text
        )
        other = form["document"].replace('"office"', '"night"')
        answer = await browser.post("/plans/new-calendar", data={**form, "document": other})
        assert "no cambia ningún plazo" in answer.text


async def test_everybodys_calendar_concerns_a_customer_whose_own_plan_counts_it(
    console: Console, clock: JumpingClock
) -> None:
    """The plan for everybody is day and night; what changes is shown as it comes out for them. Both were
    added within one second."""
    async with console.storage.unit() as unit:
        sol = await fleet.add_customer(unit, "Sol & Luna", "es", "Marta", "marta@sol.example", ZONE)
        await actions.add_calendar(unit, office())
        await actions.add_plan(unit, office_plan(), sol.id)
    clock.set(clock.now() + timedelta(seconds=1))
    async with administering(console) as browser:
        form = await typed(browser, "/plans/new-calendar?name=office")
        later = form["document"].replace('fri = [["09:00", "18:00"]]', "fri = []")
        answer = await browser.post("/plans/new-calendar", data={**form, "document": later})
    assert "(Sol &amp; Luna)" in answer.text
    assert "<strong>lun 9 mar, 09:30</strong>" in answer.text


async def test_a_customer_reads_which_hours_their_promise_counts(
    console: Console, clock: JumpingClock
) -> None:
    """On the portal's form, beside each severity (T11)."""
    neighbours = await build_neighbours(console)
    async with console.storage.unit() as unit:
        await actions.add_calendar(unit, office(), neighbours.bakery.customer_id)
        plan = office_plan().replace('first_response = "2h"', 'first_response = "1d"')
        await actions.add_plan(unit, plan, neighbours.bakery.customer_id)
    clock.set(clock.now() + timedelta(seconds=1))
    async with visiting(console, MARTA) as browser:
        page = (await browser.get("/portal/ask")).text
    hours = "(lun: 09:00–14:00, 15:00–18:00; mar–vie: 09:00–18:00)"
    assert f"le responde en 30 min como mucho, contando las horas en que abrimos {hours}" in page
    assert f"le responde en 1 día como mucho, contando los días en que abrimos {hours}" in page


async def test_only_administrators_write(console: Console) -> None:
    async with browsing(console, console.ana) as browser:
        for path in ("/plans/new", "/plans/new-calendar"):
            assert (await browser.get(path)).status_code == 403
        page = (await browser.get("/account")).text
        secret = re.search(r'name="csrf" value="([^"]+)"', page)
        assert secret is not None
        answer = await browser.post("/plans/new", data={"csrf": secret[1], "document": office_plan()})
        assert answer.status_code == 403
    async with browsing(console) as browser:
        assert (await browser.get("/plans")).status_code == 303
