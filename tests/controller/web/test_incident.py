"""An incident is answered, moved and closed by plain forms; what cannot be taken comes back as typed."""

import html

from controller.core.severity import Severity
from controller.fleet import actions as fleet
from controller.incidents import store
from controller.incidents.case import CaseState, Incident
from controller.sla import ledger
from tests.controller.web.conftest import browsing
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.forms import send
from tests.support.town import Town


async def _case(console: Console, number: int) -> Incident:
    async with console.storage.reading() as connection:
        found = await store.incident_numbered(connection, number)
    assert found is not None
    return found


async def test_an_answer_stops_the_first_response_clock(
    console: Console, town: Town, clock: JumpingClock
) -> None:
    silent = next(case for case in await _queue(console) if case.rule == "agent.silent")
    page = f"/incidents/{silent.reference}"
    async with browsing(console, console.ana) as browser:
        assert "Responder al cliente" in (await browser.get(page)).text
        answer = await send(browser, page, f"{page}/respond", body="Estamos en ello", channel="phone")
        assert answer.headers["location"] == f"{page}?done=respond"
        after = await browser.get(answer.headers["location"])
    assert "La respuesta queda anotada. Va en camino por correo." in after.text
    assert "Estamos en ello" in after.text
    async with console.storage.reading() as connection:
        _, state = await ledger.state_of(connection, silent.id, clock.now())
    assert state.clocks["first_response"].state == "met"
    assert [window.state for window in state.updates] == ["pending"]


async def test_a_customer_without_an_address_is_promised_no_mail(console: Console, town: Town) -> None:
    """No channel is chosen for the engineer; nothing says that words are on their way."""
    page = f"/incidents/INC-{town.number}"
    case = await _case(console, town.number)
    async with console.storage.unit() as unit:
        await fleet.change_customer(unit, case.customer_id, contact_email="")
    async with browsing(console, console.ana) as browser:
        form = (await browser.get(f"{page}?act=update")).text
        assert "no tiene dirección de correo: no se envía nada" in form
        assert '<option value="" selected>Diga cómo</option>' in form
        refused = await send(browser, page, f"{page}/update", body="Ya casi", channel="email")
        assert refused.status_code == 422
        assert "Cómo se lo dijo: el contacto del cliente no tiene dirección de correo." in refused.text
        taken = await send(browser, page, f"{page}/update", body="Ya casi", channel="phone")
        after = (await browser.get(taken.headers["location"])).text
    assert "No se envió nada: el contacto del cliente no tiene dirección de correo." in after
    assert "en camino" not in after


async def _queue(console: Console) -> tuple[Incident, ...]:
    async with console.storage.reading() as connection:
        return await store.queue(connection, state=CaseState.OPEN)


async def test_it_is_escalated_judged_anew_resolved_reopened_and_closed(console: Console, town: Town) -> None:
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        await send(browser, page, f"{page}/escalate", level="2", reason="Hace falta más ayuda")
        await send(browser, page, f"{page}/severity", severity="high", reason="Hay otra caja")
        await send(browser, page, f"{page}/resolve", body="La tienda vuelve a responder")
        resolved = await _case(console, town.number)
        assert "Reabrir" in (await browser.get(page)).text
        await send(browser, page, f"{page}/reopen", reason="Volvió a caer")
        assert (await _case(console, town.number)).state is CaseState.OPEN
        await send(browser, page, f"{page}/close", reason="Repetida")
        text = html.unescape((await browser.get(page)).text)
    assert (resolved.level, resolved.severity, resolved.state) == (2, Severity.HIGH, CaseState.RESOLVED)
    assert (await _case(console, town.number)).state is CaseState.CLOSED
    for said in ("Hace falta más ayuda", "Hay otra caja", "La tienda vuelve a responder", "Volvió a caer"):
        assert said in text


async def test_a_text_beyond_the_limit_is_kept_and_the_limit_named(console: Console, town: Town) -> None:
    page = f"/incidents/INC-{town.number}"
    body = "La máquina <b>sigue</b> así. " * 3_000
    async with browsing(console, console.ana) as browser:
        answer = await send(browser, page, f"{page}/update", body=body, channel="email")
    assert answer.status_code == 422
    assert html.escape(body.strip(), quote=False)[:200] in answer.text
    assert "Texto: tiene" in answer.text
    assert "se aceptan 65536 como mucho. Acórtelo." in answer.text


async def test_an_earlier_instant_is_read_in_the_customers_zone_and_needs_a_reason(
    console: Console, town: Town, clock: JumpingClock
) -> None:
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        odd = await send(browser, page, f"{page}/update", body="x", at="mañana")
        assert "Cuándo: no es una fecha con hora. Escríbala así: 2026-12-01 09:30." in odd.text
        assert 'value="mañana"' in odd.text
        # The town's noon in Mexico is 18:00 UTC.
        why = await send(browser, page, f"{page}/update", body="x", at="2026-03-03 11:45")
        assert why.status_code == 422
        assert "Motivo: está vacío" in why.text
        taken = await send(
            browser, page, f"{page}/update", body="Llamada", at="2026-03-03 11:45", reason="Hablé en el coche"
        )
        assert taken.status_code == 303
    async with console.storage.reading() as connection:
        last = await store.timeline(connection, town.incident_id)
    said = next(entry for entry in last if entry.body == "Llamada")
    assert said.at.isoformat() == "2026-03-03T17:45:00+00:00"
    assert said.recorded_at == clock.now()


async def test_what_is_not_possible_now_says_so_and_keeps_the_words(console: Console, town: Town) -> None:
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        first = await browser.get(page)
        await send(browser, page, f"{page}/close", reason="Repetida")
        from tests.support.forms import secret_of

        late = await browser.post(
            f"{page}/respond", data={"csrf": secret_of(first.text), "body": "Ya voy", "channel": "phone"}
        )
    assert late.status_code == 409
    assert "Ya voy" in late.text
    assert "está cerrada; reábrala primero" in late.text


async def test_a_viewer_sees_everything_and_can_write_nothing(console: Console, town: Town) -> None:
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.vera) as browser:
        seen = await browser.get(page)
        assert seen.status_code == 200
        assert "<textarea" not in seen.text
        refused = await send(browser, page, f"{page}/note", body="No debería")
    assert refused.status_code == 403
    assert "Vera Sol no puede trabajar en incidencias: hace falta el papel de ingeniería" in refused.text


async def test_an_incident_that_is_not_there_is_one_calm_page(console: Console) -> None:
    async with browsing(console, console.ana) as browser:
        for name in ("INC-999", "INC-99999999999", "nothing", "INC-0", "INC-²"):
            answer = await browser.get(f"/incidents/{name}")
            assert answer.status_code == 404
            assert "Aquí no hay nada" in answer.text


async def test_evidence_is_text_with_its_gaps_in_sight(console: Console, town: Town) -> None:
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        text = (await browser.get(page)).text
        assert "tardó demasiado, se detuvo" in text
        bundle = text.split("/evidence/")[1].split("?")[0]
        item = await browser.get(f"{page}/evidence/{bundle}", params={"item": "processes.txt"})
        missing = await browser.get(f"{page}/evidence/{bundle}", params={"item": "../../etc/passwd"})
        kept = await browser.get(f"{page}/evidence/{bundle}/whole", params={"item": "processes.txt"})
        absent = await browser.get(f"{page}/evidence/{bundle}/whole", params={"item": "../../etc/passwd"})
    assert "[redacted:password:1f3a9c0e]" in item.text
    assert "1 secreto tapado" in item.text
    assert missing.status_code == absent.status_code == 404
    assert "[redacted:password:1f3a9c0e]" in kept.text
    assert kept.headers["content-type"] == "text/plain; charset=utf-8"
    assert kept.headers["content-disposition"].startswith('attachment; filename="INC-')
    assert kept.headers["x-content-type-options"] == "nosniff"


async def test_hostile_text_is_shown_and_does_nothing(console: Console, town: Town) -> None:
    page = f"/incidents/INC-{town.number}"
    evil = "<script>alert(1)</script>\u202egnp.exe \x1b[31mrojo\x1b[0m {{ 7*7 }}"
    async with browsing(console, console.ana) as browser:
        await send(browser, page, f"{page}/note", body=evil)
        text = (await browser.get(page)).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u202egnp.exe rojo {{ 7*7 }}" in text
