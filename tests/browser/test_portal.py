"""The portal and the pages about what was learnt: readable by all, whole on a phone, without scripts too."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from controller.requests import actions as requests
from controller.requests.request import RequestKind
from tests.browser.test_pages import AXE
from tests.support.console import Console, session_token
from tests.support.neighbours import MARTA, Neighbours, build_neighbours, mailed_token, portal_token

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def neighbours(console: Console) -> Neighbours:
    made = await build_neighbours(console)
    async with console.storage.unit(console.ana.actor) as unit:
        await requests.register(unit, made.bakery.opened.id, RequestKind.BUG, "Pierde tickets", "A veces")
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def both(chromium: Browser, console: Console, neighbours: Neighbours) -> AsyncIterator[BrowserContext]:
    """A browser in which Ana is at the console and Marta in the portal."""
    view = await chromium.new_context(timezone_id="America/Mexico_City", base_url=console.url)
    tokens = {
        "vigia_session": await session_token(console, console.ana),
        "vigia_portal": await portal_token(console, MARTA),
    }
    await view.add_cookies(
        [{"name": name, "value": value, "url": console.url} for name, value in tokens.items()]
    )
    yield view
    await view.close()


def paths(neighbours: Neighbours) -> list[str]:
    house = neighbours.bakery
    return [
        "/portal", "/portal/ask", "/portal/articles", "/portal/articles?q=zzz",
        f"/portal/articles/{neighbours.open_article}", "/portal/incidents/INC-999",
        *(f"/portal/incidents/{case.reference}" for case in house.cases),
        "/articles", "/articles/new", f"/articles/{neighbours.open_article}",
        f"/articles/{neighbours.draft}?write=en", "/requests", "/requests/REQ-1", "/forgotten",
        f"/incidents/{house.opened.reference}",
    ]  # fmt: skip


@pytest.mark.slow
async def test_every_page_is_readable_by_everyone_and_whole_on_a_phone(
    neighbours: Neighbours, both: BrowserContext
) -> None:
    """axe-core finds nothing, Chromium reports no breach of the policy, nothing sticks out at 360 pixels."""
    page = await both.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    axe = AXE.read_text("utf-8")
    faults: list[str] = []
    for path in paths(neighbours):
        for theme, width in (("light", 1280), ("dark", 360)):
            await page.set_viewport_size({"width": width, "height": 760})
            await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
            await page.goto(path)
            await page.evaluate(axe)
            found = await page.evaluate("axe.run({resultTypes: ['violations']})")
            faults += [
                f"{path} {theme}: {fault['id']} {[node['target'] for node in fault['nodes']][:4]}"
                for fault in found["violations"]
            ]
            wide = await page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                faults.append(f"{path} is {wide} wide in {width}")
    assert not faults, "\n".join(faults)
    assert [text for text in said if "404" not in text] == []


async def test_a_customer_without_scripts_comes_in_asks_and_confirms(
    console: Console, neighbours: Neighbours, chromium: Browser
) -> None:
    view = await chromium.new_context(java_script_enabled=False, base_url=console.url, locale="es-MX")
    page = await view.new_page()
    await page.goto("/portal")
    await page.get_by_label("Su dirección de correo").fill(MARTA)
    await page.get_by_role("button", name="Enviarme un enlace").click()
    await expect(page.locator("h1")).to_have_text("Mire su correo")
    await page.goto(f"/portal/enter/{await mailed_token(console, MARTA)}")
    await page.get_by_role("button", name="Entrar").click()
    await page.get_by_role("link", name="Pedir ayuda").first.click()
    await page.get_by_label("¿Qué no funciona?").fill("No abre el cajón")
    await page.get_by_label(re.compile("Nos estorba mucho")).check()
    await page.get_by_role("button", name="Enviar").click()
    await expect(page.locator("h1")).to_have_text("No abre el cajón")
    await page.goto(f"/portal/incidents/{neighbours.bakery.resolved.reference}")
    await page.get_by_role("button", name="Ya funciona").click()
    await expect(page.locator(".v-case-chips")).to_contain_text("Cerrada")
    await view.close()
