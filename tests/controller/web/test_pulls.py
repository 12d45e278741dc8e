"""Diagnostics on an incident's page: asked by a form, followed live, refused in words, searched."""

import html

from controller.fleet.orders import store
from controller.fleet.orders.order import Order, OrderState
from tests.controller.web.conftest import browsing
from tests.support.console import Console
from tests.support.forms import secret_of, send
from tests.support.harvest import able, bring_bundle, bring_harvest
from tests.support.town import Town


async def _orders(console: Console, town: Town) -> tuple[Order, ...]:
    async with console.storage.reading() as connection:
        return await store.orders_for(connection, town.incident_id)


async def test_a_button_asks_and_the_same_again_is_the_same(console: Console, town: Town) -> None:
    await able(console, town)
    page, machine = f"/incidents/INC-{town.number}", str(town.machines["caja-1"])
    async with browsing(console, console.ana) as browser:
        for _ in range(2):
            answer = await send(browser, page, f"{page}/pull", machine=machine, profile="basic")
            assert (answer.status_code, answer.headers["location"]) == (303, f"{page}#pulls")
        shown = html.unescape((await browser.get(page)).text)
    assert "en espera del equipo" in shown
    assert "Ana Ruiz pidió diagnósticos a caja-1 (perfil basic)" in shown
    [order] = await _orders(console, town)
    assert (order.state, order.asked_by) == (OrderState.QUEUED, "Ana Ruiz")


async def test_what_is_under_way_and_what_came_to_nothing_is_shown(console: Console, town: Town) -> None:
    """A bar with its figures; a refusal with the machine's reason."""
    await bring_harvest(console, town)
    async with browsing(console, console.ana) as browser:
        shown = html.unescape((await browser.get(f"/incidents/INC-{town.number}")).text)
    assert "34 MiB de 96 MiB" in shown
    assert f'max="{96 * 2**20}" value="{34 * 2**20}"' in shown
    assert "la política del equipo solo permite diagnósticos a ciertas horas" in shown
    assert "Pedido: basic" in shown


async def test_what_cannot_be_asked_says_why(console: Console, town: Town) -> None:
    """Another customer's machine, a machine that is none, an agent too old: nothing is asked."""
    page = f"/incidents/INC-{town.number}"
    await able(console, town)
    async with browsing(console, console.ana) as browser:
        other = await send(browser, page, f"{page}/pull", machine=str(town.machines["files"]))
        nobody = await send(browser, page, f"{page}/pull", machine="files")
        unknown = await send(
            browser, page, f"{page}/pull", machine=str(town.machines["caja-1"]), profile="everything"
        )
    assert (other.status_code, nobody.status_code, unknown.status_code) == (409, 404, 422)
    assert "no es un equipo del cliente" in html.unescape(other.text)
    assert "no es un perfil que caja-1 conozca" in html.unescape(unknown.text)
    assert await _orders(console, town) == ()


async def test_a_viewer_may_not_ask(console: Console, town: Town) -> None:
    await able(console, town)
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.vera) as browser:
        loaded = (await browser.get(page)).text
        assert f'action="{page}/pull"' not in loaded
        answer = await browser.post(
            f"{page}/pull", data={"csrf": secret_of(loaded), "machine": str(town.machines["caja-1"])}
        )
    assert answer.status_code in (403, 409)
    assert await _orders(console, town) == ()


async def test_the_bundle_is_searched(console: Console, town: Town) -> None:
    """Every item at once, with its lines; what came from the machine is text, whatever it says."""
    await able(console, town)
    await bring_bundle(console, town)
    page = f"/incidents/INC-{town.number}"
    async with browsing(console, console.ana) as browser:
        loaded = (await browser.get(page)).text
        path = html.unescape(next(
            part.split('"')[0] for part in loaded.split('href="') if "item=logs%2Fkernel.txt" in part[:200]
        ))  # fmt: skip
        bundle = path.partition("?")[0]
        found = html.unescape((await browser.get(bundle, params={"q": "out of MEMORY"})).text)
        nothing = html.unescape((await browser.get(bundle, params={"q": "no such words"})).text)
        hostile = (await browser.get(bundle, params={"q": "<script>"})).text
        blank = await browser.get(bundle, params={"q": "   "})
        item = html.unescape((await browser.get(path)).text)
    assert '<li value="2"><code><mark>Out of memory</mark>: Killed process 1188' in found
    assert "1 línea lo contiene" in found
    assert "Ninguna línea de este paquete lo contiene." in nothing
    assert "<script>alert" not in hostile
    assert "&lt;script&gt;</mark>alert(1)" in hostile
    assert blank.status_code == 200
    assert "Out of memory" in item
    assert "chronyc no está instalado" in item
