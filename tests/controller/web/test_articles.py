"""Staff write, review and publish articles, register requests, and look at what is forgotten, on pages."""

from datetime import timedelta

import httpx

from controller.core.actor import Role
from controller.people import actions as people
from controller.people.user import User
from controller.problems import actions as problems
from tests.controller.web.conftest import browsing
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.forms import send
from tests.support.town import Town

FIELDS = {
    "title": "Impresión lenta", "symptom": "Tarda <b>mucho</b>", "steps": "Uno\nDos", "cause": "",
    "check": "",
}  # fmt: skip


async def _luis(console: Console) -> User:
    async with console.storage.unit() as unit:
        return await people.add_user(unit, "luis", "Luis Paz", "luis@vigia.example", role=Role.ENGINEER)


async def _drafted(browser: httpx.AsyncClient) -> str:
    made = await send(browser, "/articles/new", "/articles", language="es", **FIELDS)
    assert made.status_code == 303, made.text
    return made.headers["location"]


async def test_an_article_needs_two_people_to_reach_its_readers(console: Console) -> None:
    luis = await _luis(console)
    async with browsing(console, console.ana) as ana, browsing(console, luis) as other:
        page = await _drafted(ana)
        mine = await ana.get(page)
        assert "lo tiene que revisar otra persona" in mine.text
        assert "Tarda &lt;b&gt;mucho&lt;/b&gt;" in mine.text
        own = await send(ana, page, f"{page}/review")
        assert own.status_code == 409
        assert "Quien lo escribió no puede revisarlo" in own.text
        early = await send(ana, page, f"{page}/publish", audience="customers")
        assert early.status_code == 409
        assert (await send(other, page, f"{page}/review")).status_code == 303
        assert (await send(other, page, f"{page}/publish", audience="customers")).status_code == 303
        found = await ana.get("/articles", params={"q": "impresion"})
        assert "Impresión lenta" in found.text
        assert (await send(ana, page, f"{page}/prove")).status_code == 303
        english = await send(ana, page, f"{page}/write", language="en", **FIELDS)
        assert english.status_code == 303
        assert "Los lectores ven todavía la versión 1" in (await ana.get(page)).text
        bare = await send(ana, page, f"{page}/withdraw", reason=" ")
        assert bare.status_code == 422
        assert (await send(ana, page, f"{page}/withdraw", reason="Ya no hace falta")).status_code == 303
        assert "Impresión lenta" not in (await ana.get("/articles", params={"q": "impresion"})).text


async def test_a_draft_begins_with_what_a_problem_says(console: Console, town: Town) -> None:
    async with console.storage.unit(console.ana.actor) as unit:
        problem = await problems.open_problem(unit, "El controlador pierde la cola")
        await problems.link(unit, problem.id, town.incident_id)
        await problems.write_solution(unit, problem.id, "es", "Hay arreglo", "Instale la 32\nReinicie")
    async with browsing(console, console.ana) as browser:
        assert "Escribir un artículo a partir de él" in (await browser.get("/problems/PRB-1")).text
        page = (await browser.get("/articles/new", params={"origin": "PRB-1"})).text
    for words in ("El controlador pierde la cola", "tienda-web", "Instale la 32\nReinicie", 'value="PRB-1"'):
        assert words in page


async def test_what_cannot_be_taken_comes_back_as_typed(console: Console) -> None:
    async with browsing(console, console.ana) as browser:
        answer = await send(
            browser, "/articles/new", "/articles", language="es", **{**FIELDS, "title": "x" * 256}
        )
        assert answer.status_code == 422
        assert "Título: tiene 256 caracteres" in answer.text
        assert "Tarda &lt;b&gt;mucho&lt;/b&gt;" in answer.text
        for gone in ("/articles/ART-99", "/articles/x", "/requests/REQ-99", "/requests/x"):
            assert (await browser.get(gone)).status_code == 404


async def test_a_viewer_reads_and_writes_nothing(console: Console) -> None:
    async with browsing(console, console.ana) as ana, browsing(console, console.vera) as vera:
        page = await _drafted(ana)
        assert (await vera.get(page)).status_code == 200
        assert (await send(vera, "/account", f"{page}/review")).status_code == 403
        assert (await send(vera, "/account", "/articles", language="es", **FIELDS)).status_code == 403


async def test_a_request_in_one_step_from_the_incidents_page(console: Console, town: Town) -> None:
    case = f"INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        page = f"/incidents/{case}"
        assert "Registrar una solicitud" in (await browser.get(page)).text
        made = await send(
            browser, page, "/requests", incident=case, kind="bug", title="La tienda pierde <i>x</i>"
        )
        assert made.headers["location"] == "/requests/REQ-1"
        shown = await browser.get("/requests/REQ-1")
        assert "La tienda pierde &lt;i&gt;x&lt;/i&gt;" in shown.text
        assert "Panadería La Espiga" in shown.text
        assert "REQ-1" in (await browser.get(page)).text
        assert "registró REQ-1" in (await browser.get(page)).text
        other = next(number for number in range(1, 6) if number != town.number)
        join = "/requests/REQ-1/join"
        assert (await send(browser, "/requests/REQ-1", join, incident=f"INC-{other}")).status_code == 303
        again = await send(browser, "/requests/REQ-1", join, incident=str(other))
        assert again.status_code == 409
        move = "/requests/REQ-1/move"
        bare = await send(browser, "/requests/REQ-1", move, state="declined", reason="")
        assert bare.status_code == 422
        assert (
            await send(browser, "/requests/REQ-1", move, state="declined", reason="No toca")
        ).status_code == 303
        listed = await browser.get("/requests", params={"state": "declined", "kind": "bug"})
        assert "La tienda pierde" in listed.text
        assert "La tienda pierde" not in (await browser.get("/requests", params={"state": "open"})).text


async def test_what_is_forgotten_is_listed(console: Console, town: Town, clock: JumpingClock) -> None:
    async with browsing(console, console.ana) as browser:
        clock.set(clock.now() + timedelta(days=30))
        listed = await browser.get("/forgotten")
        # A month ends every session.
        assert listed.status_code == 303
    async with browsing(console, console.ana) as browser:
        shown = await browser.get("/forgotten")
    assert f"INC-{town.number}" in shown.text
    assert "Nadie escribe nada desde hace mucho" in shown.text
