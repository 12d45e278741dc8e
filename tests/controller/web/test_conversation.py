"""Drafts, waits, duplicates, names in notes, and what a severity would do: on an incident's page."""

import html
import re
from datetime import timedelta

import pytest

from controller.escalation.waiting import pausing
from controller.fleet import actions as fleet
from controller.incidents import actions, store
from controller.incidents.case import CaseState, Incident
from controller.incidents.drafts import store as drafts
from controller.people import actions as people
from tests.controller.web.conftest import browsing
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.forms import secret_of, send
from tests.support.pausable import agree_on_pauses


@pytest.fixture
async def cases(console: Console) -> tuple[Incident, Incident]:
    """INC-1 and INC-2 of one customer, under a plan that lets every clock wait."""
    async with console.storage.unit() as unit:
        await agree_on_pauses(unit)
        sol = await fleet.add_customer(
            unit, "Panadería Sol", "es", "Marta Gil", "marta@sol.example", "America/Mexico_City"
        )
    async with console.storage.unit(console.ana.actor) as unit:
        return (
            await actions.open_by_person(unit, customer_id=sol.id, summary="No imprime"),
            await actions.open_by_person(unit, customer_id=sol.id, summary="La impresora calla"),
        )


async def test_a_draft_outlives_the_page_and_another_form_until_it_is_sent(
    console: Console, cases: tuple[Incident, Incident], clock: JumpingClock
) -> None:
    """Kept by the button without scripts and by the script; shown again on every form; gone when sent."""
    page = "/incidents/INC-1"
    async with browsing(console, console.ana) as browser:
        kept = await send(browser, page, f"{page}/draft", act="respond", body="Estamos <b>en</b> ello")
        assert kept.headers["location"] == f"{page}?act=respond&done=draft#act"
        assert "El borrador queda guardado." in (await browser.get(f"{page}?act=respond&done=draft")).text
        for form in ("", "?act=note", "?act=update"):
            shown = (await browser.get(page + form)).text
            assert "Estamos &lt;b&gt;en&lt;/b&gt; ello</textarea>" in shown, form
            assert "Su borrador, guardado" in shown
        secret = secret_of(shown)
        by_script = await browser.post(
            f"{page}/draft", data={"csrf": secret, "act": "respond", "body": "Estamos en ello ya"},
            headers={"accept": "application/json"},
        )  # fmt: skip
        assert (by_script.status_code, by_script.content) == (204, b"")
        await send(browser, page, f"{page}/severity", severity="high", reason="Dos cajas", act="severity")
        assert "Estamos en ello ya</textarea>" in (await browser.get(f"{page}?act=respond")).text
        await send(
            browser, page, f"{page}/respond", body="Estamos en ello ya", channel="phone", act="respond"
        )
        assert "Su borrador" not in (await browser.get(page)).text
        await send(browser, page, f"{page}/draft", act="note", body="x")
        await send(browser, page, f"{page}/draft", act="note", body="x", discard="1")
    async with console.storage.reading() as connection:
        assert await drafts.draft_of(connection, cases[0].id, console.ana.id) is None


async def test_colleagues_see_who_is_writing_and_not_what(
    console: Console, cases: tuple[Incident, Incident], clock: JumpingClock
) -> None:
    page = "/incidents/INC-1"
    async with browsing(console, console.ana) as browser:
        await send(browser, page, f"{page}/draft", act="respond", body="Todavía es secreto")
        too_long = await send(browser, page, f"{page}/draft", act="note", body="x" * 70_000)
        assert too_long.status_code == 422
        assert "tiene 70000 bytes" in too_long.text
        odd = await send(browser, page, f"{page}/draft", act="../x", body="x")
        assert odd.status_code == 422
    async with browsing(console, console.vera) as browser:
        seen = (await browser.get(page)).text
        assert "Todavía es secreto" not in seen
        refused = await send(browser, page, f"{page}/draft", act="note", body="x")
        assert refused.status_code == 403
    async with console.storage.unit() as unit:
        leo = await people.add_user(unit, "leo", "Leo Gil", "leo@vigia.example")
    async with browsing(console, leo) as browser:
        assert "Ana Ruiz está escribiendo aquí" in (await browser.get(page)).text
        assert "Todavía es secreto" not in (await browser.get(page)).text
        clock.set(clock.now() + timedelta(minutes=6))
        assert "está escribiendo" not in (await browser.get(page)).text


async def test_it_waits_and_goes_on(console: Console, cases: tuple[Incident, Incident]) -> None:
    page = "/incidents/INC-1"
    async with browsing(console, console.ana) as browser:
        form = (await browser.get(f"{page}?act=pause")).text
        assert "90m, 4h o 2d; 1d como mucho." in form
        late = await send(browser, page, f"{page}/pause", kind="part", length="2d", told="", note="")
        assert late.status_code == 422
        assert "Cuánto como máximo: es más de los 1d que permite el plan. Use 1d o menos." in late.text
        done = await send(
            browser,
            page,
            f"{page}/pause",
            kind="part",
            length="4h",
            told="Viene el martes",
            note="@vera mire",
        )
        shown = html.unescape((await browser.get(done.headers["location"])).text)
        for said in (
            "En pausa. Sigue por sí sola al terminar ese plazo.",
            "En pausa: esperamos una pieza de repuesto",
            "El cliente lee: Viene el martes",
            '<strong class="v-mention">@vera</strong> mire',
        ):
            assert said in shown
        assert 'id="act-pause"' not in shown
        assert "en espera" in (await browser.get("/incidents")).text
        gone_on = await send(browser, page, f"{page}/resume", remark="Llegó")
        assert gone_on.headers["location"] == f"{page}?done=resume"
        assert "Ana Ruiz reanudó los relojes: Llegó" in (await browser.get(page)).text


async def test_two_that_are_one_are_told_on_both_pages(
    console: Console, cases: tuple[Incident, Incident]
) -> None:
    async with browsing(console, console.ana) as browser:
        form = (await browser.get("/incidents/INC-2?act=merge")).text
        assert '<option value="INC-1">INC-1 No imprime</option>' in form
        await send(browser, "/incidents/INC-2", "/incidents/INC-2/note", body="Solo pasa los lunes")
        empty = await send(browser, "/incidents/INC-2", "/incidents/INC-2/merge", into="", remark="")
        assert "La incidencia que sigue: no es ninguna que esté abierta. Elija una incidencia." in empty.text
        await send(browser, "/incidents/INC-2", "/incidents/INC-2/merge", into="INC-1", remark="La misma")
        survivor = (await browser.get("/incidents/INC-1")).text
        merged = (await browser.get("/incidents/INC-2")).text
        assert "Unida con ella: INC-2" in survivor
        assert "Solo pasa los lunes" in survivor
        assert "Unida a INC-1" in merged
        assert "INC-1 sigue por ella, con sus propios relojes." in merged
        assert "Ana Ruiz le unió INC-2" in merged
        assert re.findall(r'<li><a [^>]*id="act-(\w+)"', merged) == ["note", "unmerge"]
        await send(browser, "/incidents/INC-2", "/incidents/INC-2/unmerge", reason="Es otra")
    async with console.storage.reading() as connection:
        again = await store.incident(connection, cases[1].id)
    assert again is not None
    assert again.state is CaseState.OPEN


async def test_what_a_severity_would_do_stands_beside_it(
    console: Console, cases: tuple[Incident, Incident], clock: JumpingClock
) -> None:
    """Opened at noon in Mexico as normal: four hours for the answer; critical leaves half an hour."""
    clock.set(clock.now() + timedelta(minutes=10))
    async with browsing(console, console.ana) as browser:
        form = (await browser.get("/incidents/INC-1?act=severity")).text
    critical = re.sub(r"<[^>]+>|\s+", " ", form.split('value="critical"')[1].split("</label>")[0])
    assert "Crítica Primera respuesta: 10:00 → 06:40" in re.sub(r"\s+", " ", critical)


async def test_a_call_logged_late_is_shown_as_a_correction(
    console: Console, cases: tuple[Incident, Incident], clock: JumpingClock
) -> None:
    clock.set(clock.now() + timedelta(hours=5))
    page = "/incidents/INC-1"
    async with browsing(console, console.ana) as browser:
        await send(
            browser, page, f"{page}/respond", body="Hablé con Marta", channel="phone", at="2026-03-02 08:00",
            reason="Estaba en la carretera",
        )  # fmt: skip
        shown = (await browser.get(page)).text
    assert (
        "Primera respuesta: alarma 2 mar 2026, 10:00:00 CST, corregida 2 mar 2026, 11:00:00 CST "
        "por algo anotado tarde"
    ) in shown
    assert "(anotado 2 mar 2026, 11:00:00 CST: Estaba en la carretera)" in shown
    assert '<span class="v-chip v-chip-small">corregido</span>' in shown


async def test_the_queue_shows_what_names_me(console: Console, cases: tuple[Incident, Incident]) -> None:
    async with browsing(console, console.ana) as browser:
        await send(browser, "/incidents/INC-2", "/incidents/INC-2/note", body="Pregunte a @vera o a @ana.")
        wrong = await send(browser, "/incidents/INC-2", "/incidents/INC-2/note", body="@nadie")
        assert "Texto: aquí nadie se llama @nadie. Escriba su usuario" in wrong.text
        mine = (await browser.get("/incidents", params={"names": "me"})).text
        resolved = (await browser.get("/incidents", params={"names": "me", "state": "resolved"})).text
    assert "INC-2" in mine and "INC-1" not in mine
    assert "INC-2" not in resolved


async def test_the_default_plan_offers_no_wait(console: Console) -> None:
    async with console.storage.unit() as unit:
        sol = await fleet.add_customer(unit, "Sol", "es", "Marta", "marta@sol.example")
    async with console.storage.unit(console.ana.actor) as unit:
        await actions.open_by_person(unit, customer_id=sol.id, summary="No imprime")
    async with browsing(console, console.ana) as browser:
        page = "/incidents/INC-1"
        assert 'id="act-pause"' not in (await browser.get(page)).text
        refused = await send(browser, page, f"{page}/pause", kind="part", length="", told="", note="")
    assert refused.status_code == 409
    assert "El plan Soporte completo no detiene nada: diga al cliente" in refused.text
    assert timedelta(days=2) == pausing.LONGEST
