"""Problems by plain forms: linked from an incident, solved, read, approved by somebody else, sent."""

import html

import httpx
import pytest

from controller.broadcasts import store as broadcasts
from controller.core.actor import Role
from controller.incidents import store as incidents
from controller.people import actions as people
from controller.people.user import User
from controller.problems import store
from controller.problems.problem import Problem, ProblemState
from controller.ticker import HANDLERS
from controller.timers import Engine
from tests.controller.web.conftest import browsing
from tests.support.console import Console
from tests.support.forms import secret_of, send
from tests.support.plague import spread_plague
from tests.support.town import Town


@pytest.fixture
async def leo(console: Console) -> User:
    async with console.storage.unit() as unit:
        return await people.add_user(unit, "leo", "Leo Mar", "leo@vigia.example", role=Role.ENGINEER)


async def _problem(console: Console, number: int = 1) -> Problem:
    async with console.storage.reading() as connection:
        found = await store.problem_numbered(connection, number)
    assert found is not None
    return found


async def press(browser: httpx.AsyncClient, page: str, to: str, **typed: str) -> httpx.Response:
    """As `send`, then goes where the answer points."""
    answer = await send(browser, page, to, **typed)
    assert answer.status_code == 303, html.unescape(answer.text)
    return await browser.get(answer.headers["location"])


async def test_from_an_incident_to_a_solution_that_is_sent(console: Console, town: Town, leo: User) -> None:
    """Leo writes everything, Ana reads and approves; the incident's page tells each step."""
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, leo) as browser:
        linked = await press(browser, page, f"{page}/problem", title="El servicio muere")
        assert "PRB-1" in linked.text
        problem = "/problems/PRB-1"
        await press(browser, problem, f"{problem}/link", incident="INC-1")
        await press(browser, problem, f"{problem}/workaround", body="Reiniciar\nel servicio")
        await press(browser, problem, f"{problem}/cause", body="Fuga de memoria")
        await press(browser, problem, f"{problem}/component", component="java 21")
        await press(browser, problem, f"{problem}/state", state="known_error")
        assert "Reiniciar\nel servicio" in (await browser.get(page)).text
        await press(browser, problem, f"{problem}/solution_es", text="Ya está corregido.", steps="Reinicie")
        await press(browser, problem, f"{problem}/solution_en", text="It is mended.")
        await press(browser, problem, f"{problem}/state", state="solution_proposed")
        await press(browser, problem, f"{problem}/state", state="verified")
        drafts = await press(browser, problem, f"{problem}/draft")
        for said in ("Hola, Lucía Ortega:", "1. Reinicie", "Hello Tom Reed,", "It is mended."):
            assert said in drafts.text
        assert "I approve" not in drafts.text
        refused = await browser.post(f"{problem}/approve", data={"csrf": secret_of(drafts.text)})
        assert refused.status_code == 403
    async with browsing(console, console.ana) as browser:
        drafts = await browser.get(f"{problem}/drafts")
        approved = await press(browser, f"{problem}/drafts", f"{problem}/approve")
        assert "Ana Ruiz" in approved.text
        await press(browser, problem, f"{problem}/send")
        await Engine(console.storage, HANDLERS).turn()
        sent = html.unescape((await browser.get(problem)).text)
        case = html.unescape((await browser.get(page)).text)
    assert "2 de 2 clientes avisados" in sent
    assert "Solución enviada" in case
    assert "Ana Ruiz envió al cliente la solución de PRB-1" in case


async def test_one_message_is_changed_and_needs_another_pair_of_eyes(console: Console, town: Town) -> None:
    made, _ = await spread_plague(console)
    page = "/problems/PRB-1/drafts"
    async with console.storage.reading() as connection:
        sent = await broadcasts.latest(connection, made.id)
        assert sent is not None
        drafts = await broadcasts.drafts(connection, sent.id)
    customer = str(next(iter(drafts)))
    async with browsing(console, console.ana) as browser:
        form = await browser.get(f"{page}?edit={customer}")
        assert 'name="body"' in form.text
        empty = await send(
            browser, f"{page}?edit={customer}", "/problems/PRB-1/edit", customer=customer, body=" "
        )
        assert (empty.status_code, "está vacío" in empty.text) == (422, True)
        changed = await press(
            browser, page, "/problems/PRB-1/edit", customer=customer, body="Le <b>llamo</b> mañana."
        )
        assert "Le &lt;b&gt;llamo&lt;/b&gt; mañana." in changed.text
        mine = await send(browser, page, "/problems/PRB-1/edit", customer=customer, body="x" * 70_000)
        assert (mine.status_code, "65536" in mine.text) == (422, True)
        assert "el visto bueno debe darlo otra persona" in changed.text


async def test_what_cannot_be_done_is_said_beside_the_form(console: Console, town: Town) -> None:
    """What was typed stays; a refusal says what to do first."""
    await spread_plague(console)
    page = "/problems/PRB-1"
    async with browsing(console, console.ana) as browser:
        unknown = await send(browser, page, f"{page}/link", incident="INC-999")
        assert (unknown.status_code, 'value="INC-999"' in unknown.text) == (422, True)
        back = await send(browser, page, f"{page}/state", state="investigating")
        assert (back.status_code, "Diga por qué vuelve atrás" in back.text) == (422, True)
        odd = await send(browser, page, f"{page}/state", state="pigeon")
        assert odd.status_code == 422
        early = await send(browser, page, f"{page}/send")
        assert early.status_code == 409
        assert "tiene que leerlo otro par de ojos" in html.unescape(early.text)
        title = await send(browser, "/problems", "/problems", title="y" * 300)
        assert (title.status_code, "y" * 300 in title.text) == (422, True)
        assert (await browser.get("/problems/PRB-77")).status_code == 404
        assert (await send(browser, page, f"{page}/pigeon")).status_code == 404
    assert (await _problem(console)).state is ProblemState.VERIFIED


async def test_a_viewer_reads_and_cannot_write(console: Console, town: Town) -> None:
    made, _ = await spread_plague(console)
    page = "/problems/PRB-1"
    async with browsing(console, console.vera) as browser:
        shown = await browser.get(page)
        assert "<textarea" not in shown.text
        for verb in ("send", "approve", "draft", "workaround", "link", "unlink"):
            answer = await browser.post(
                f"{page}/{verb}", data={"csrf": secret_of(shown.text), "incident": "INC-1", "body": "x"}
            )
            assert answer.status_code == 403, verb
    async with browsing(console) as nobody:
        assert (await nobody.get(page)).status_code == 303
    async with console.storage.reading() as connection:
        assert len(await store.links(connection, made.id)) == 3
        case = await incidents.incident_numbered(connection, 1)
        assert case is not None


async def test_an_empty_workaround_is_no_workaround(console: Console, town: Town, leo: User) -> None:
    """Nothing is confirmed where nothing was written; emptying one takes it away and says so."""
    page, problem = f"/incidents/INC-{town.number}", "/problems/PRB-1"
    async with browsing(console, leo) as browser:
        await press(browser, page, f"{page}/problem", title="El servicio muere")
        empty = await send(browser, problem, f"{problem}/workaround", body=" ")
        assert empty.status_code == 422
        assert "Dígalo en pocas palabras" in empty.text
        await press(browser, problem, f"{problem}/workaround", body="Reiniciar")
        cleared = await press(browser, problem, f"{problem}/workaround", body="")
        assert "La solución provisional queda retirada." in cleared.text
        assert "Sí, desvincular" in cleared.text
