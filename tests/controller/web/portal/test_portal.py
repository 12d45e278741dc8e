"""A customer comes in by mail, follows what is theirs, asks, answers, says that it works, finds an answer."""

import html
import re
from datetime import timedelta

from controller.core.severity import Severity
from controller.incidents import actions, store
from controller.incidents.case import CaseState, Incident
from tests.controller.web.portal.conftest import visiting
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.forms import send
from tests.support.neighbours import MARTA, Neighbours, mailed_token


async def _case(console: Console, number: int) -> Incident:
    async with console.storage.reading() as connection:
        found = await store.incident_numbered(connection, number)
    assert found is not None
    return found


async def test_from_the_address_to_the_list_by_a_mailed_link(
    console: Console, neighbours: Neighbours
) -> None:
    async with visiting(console) as browser:
        away = await browser.get("/portal")
        assert away.headers["location"] == "/portal/sign-in"
        assert "Portal de soporte" in (await browser.get("/portal/sign-in")).text
        asked = await browser.post("/portal/sign-in", data={"email": " Marta@SOL.example "})
        assert asked.status_code == 200
        token = await mailed_token(console, MARTA)
        look = await browser.get(f"/portal/enter/{token}")
        assert "Hola, Marta Gil" in look.text
        entered = await browser.post(f"/portal/enter/{token}")
        assert entered.headers["location"] == "/portal"
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie
        listed = await browser.get("/portal")
        assert "Falla levadura" in listed.text
        again = await browser.post(f"/portal/enter/{token}")
        assert again.status_code == 403
        assert "Este enlace ya se usó" in again.text
        left = await send(browser, "/portal", "/portal/sign-out")
        assert left.status_code in (303, 403)


async def test_known_and_unknown_addresses_get_one_answer(console: Console, neighbours: Neighbours) -> None:
    async with visiting(console) as browser:
        known = await browser.post("/portal/sign-in", data={"email": MARTA})
        unknown = await browser.post("/portal/sign-in", data={"email": "nadie@sol.example"})
        odd = await browser.post("/portal/sign-in", data={"email": "nadie"})
    assert known.status_code == unknown.status_code == 200
    plain = re.sub(r'data-now="[^"]*"', "", known.text).replace(MARTA, "nadie@sol.example")
    assert plain == re.sub(r'data-now="[^"]*"', "", unknown.text)
    assert odd.status_code == 422
    assert "no es una dirección de correo" in odd.text


async def test_who_asks_too_often_waits(console: Console, neighbours: Neighbours) -> None:
    async with visiting(console) as browser:
        answers = [await browser.post("/portal/sign-in", data={"email": MARTA}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "60"


async def test_a_request_in_plain_words_becomes_an_incident(console: Console, neighbours: Neighbours) -> None:
    async with visiting(console, MARTA) as browser:
        page = await browser.get("/portal/ask")
        assert "No funciona nada: no podemos trabajar, o perdemos datos" in page.text
        assert "Una persona le responde en 30 min como mucho." in page.text
        unsaid = await send(
            browser, "/portal/ask", "/portal/ask", summary="La caja", body="Mucho <b>texto</b>"
        )
        assert unsaid.status_code == 422
        assert "¿Qué tan grave es?: falta. Elija uno." in unsaid.text
        assert "Mucho &lt;b&gt;texto&lt;/b&gt;" in unsaid.text
        sent = await send(
            browser, "/portal/ask", "/portal/ask", summary="La caja no abre\r\n el cajón",
            severity="critical", machine=str(neighbours.bakery.machine_id), body="Desde <i>hoy</i>",
        )  # fmt: skip
        assert sent.status_code == 303
        shown = html.unescape((await browser.get(sent.headers["location"])).text)
    case = await _case(console, 9)
    assert (case.summary, case.severity) == ("La caja no abre el cajón", Severity.CRITICAL)
    assert case.machine_id == neighbours.bakery.machine_id
    assert "Ya la tenemos." in shown
    assert "Desde <i>hoy</i>" in shown
    assert "Una persona le responderá a más tardar hoy a las 06:30." in shown


async def test_an_answer_and_a_message_make_a_conversation(
    console: Console, neighbours: Neighbours, clock: JumpingClock
) -> None:
    case = neighbours.bakery.opened
    page = f"/portal/incidents/{case.reference}"
    async with console.storage.unit(console.ana.actor) as unit:
        await actions.respond(unit, case.id, "Ya vamos", "phone", at=unit.now, reason="Iba en el coche")
    async with visiting(console, MARTA) as browser:
        shown = html.unescape((await browser.get(page)).text)
        assert "Ya vamos" in shown
        assert "Ana Ruiz le respondió por teléfono" in shown
        assert "Iba en el coche" not in shown, "why it was written down late is our affair"
        assert "Tendrá noticias nuestras a más tardar el" in shown
        empty = await send(browser, page, f"{page}/answer", body=" ")
        assert empty.status_code == 422
        sent = await send(browser, page, f"{page}/answer", body="Gracias <script>alert(1)</script>\x1b[31m")
        assert sent.headers["location"] == f"{page}?done=answer"
        after = await browser.get(sent.headers["location"])
    assert "Tenemos su mensaje." in after.text
    assert "<script>alert" not in after.text
    assert "Usted nos escribió" in after.text


async def test_it_works_and_it_does_not(
    console: Console, neighbours: Neighbours, clock: JumpingClock
) -> None:
    case = neighbours.bakery.resolved
    page = f"/portal/incidents/{case.reference}"
    clock.set(clock.now() + timedelta(minutes=1))
    async with visiting(console, MARTA) as browser:
        shown = (await browser.get(page)).text
        assert "Díganos, por favor, si ya funciona." in shown
        assert "Si no nos dice nada, la cerraremos el" in shown
        reopened = await send(browser, page, f"{page}/reopen", body="Sigue igual")
        assert reopened.status_code == 303
        assert (await _case(console, case.number)).state is CaseState.OPEN
        early = await send(browser, page, f"{page}/confirm")
        assert early.status_code == 409
        clock.set(clock.now() + timedelta(minutes=1))
        async with console.storage.unit(console.ana.actor) as unit:
            await actions.resolve(unit, case.id, "Ahora sí")
        clock.set(clock.now() + timedelta(minutes=1))
        assert (await send(browser, page, f"{page}/confirm")).status_code == 303
        closed = await browser.get(page)
    assert (await _case(console, case.number)).state is CaseState.CLOSED
    assert "Ha vuelto, o al final no funciona" in closed.text
    assert "Avisarnos" in closed.text


async def test_an_answer_is_found_as_people_type(console: Console, neighbours: Neighbours) -> None:
    async with visiting(console, MARTA) as browser:
        for words in ("impresion", "imprimian", "Impresoras", "tickets"):
            found = await browser.get("/portal/articles", params={"q": words})
            assert "La impresora no imprime" in found.text, words
        nothing = await browser.get("/portal/articles", params={"q": '"><script>alert(1)</script>'})
        assert "<script>alert" not in nothing.text
        assert "Todavía nada sobre eso" in nothing.text
        article = await browser.get(f"/portal/articles/{neighbours.open_article}")
    assert "<li>Quite lo parado</li>" in article.text
    assert "Cómo se ve que funciona" in article.text


async def test_a_promise_we_missed_is_said_openly(
    console: Console, neighbours: Neighbours, clock: JumpingClock
) -> None:
    clock.set(clock.now() + timedelta(hours=5))
    async with visiting(console, MARTA) as browser:
        shown = (await browser.get(f"/portal/incidents/{neighbours.bakery.opened.reference}")).text
    assert "Le debemos una respuesta desde hoy a las 10:00." in shown


async def test_what_was_merged_says_where_it_goes_on_and_what_waits_says_for_what(
    console: Console, neighbours: Neighbours
) -> None:
    house = neighbours.bakery
    async with visiting(console, MARTA) as browser:
        listed = (await browser.get("/portal")).text
        assert f"Sigue en {house.opened.reference}" in listed
        assert "Espera levadura Sigue adelante por sí sola" in listed
        page = f"/portal/incidents/{house.merged.reference}"
        merged = (await browser.get(page)).text
        assert f"Es lo mismo que {house.opened.reference}: seguimos con las dos allí." in merged
        assert "Lo que le prometimos" not in merged
        said = await send(browser, page, f"{page}/answer", body="También aquí")
        assert said.headers["location"] == f"/portal/incidents/{house.opened.reference}?done=answer"
        waiting = (await browser.get(f"/portal/incidents/{house.reported.reference}")).text
        assert "Esperamos su respuesta" in waiting


async def test_it_is_back_after_the_closing(
    console: Console, neighbours: Neighbours, clock: JumpingClock
) -> None:
    """Within the plan's days it is the same request, later a new one that names the old."""
    house = neighbours.bakery
    page = f"/portal/incidents/{house.resolved.reference}"
    async with visiting(console, MARTA) as browser:
        await send(browser, page, f"{page}/confirm")
        again = await send(browser, page, f"{page}/reopen", body="Ha vuelto")
        assert again.headers["location"] == f"{page}?done=reopen"
        assert "Usted la reabrió: todavía no funciona" in (await browser.get(page)).text
        async with console.storage.unit(console.ana.actor) as unit:
            await actions.close(unit, house.resolved.id, "Sustituida")
    clock.set(clock.now() + timedelta(days=5, hours=1))
    async with visiting(console, MARTA) as browser:
        later = await send(browser, page, f"{page}/reopen", body="Otra vez")
        fresh = (await browser.get(later.headers["location"])).text
    assert later.headers["location"].endswith("?done=again")
    assert "La tenemos como una petición nueva" in fresh
    assert f"Usted nos avisó de que ha vuelto; retoma {house.resolved.reference}" in fresh
