"""The pages of problems: readable by everyone, whole on a phone, used without scripts, alive."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from controller.broadcasts import actions as broadcasts
from controller.ticker import HANDLERS
from controller.timers import Engine
from tests.support.console import PASSWORD, Console
from tests.support.plague import spread_plague
from tests.support.town import Town

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="session")]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
PATHS = (
    "/problems", "/problems/PRB-1", "/problems/PRB-1?act=solution_es", "/problems/PRB-1?act=owner",
    "/problems/PRB-1/drafts",
)  # fmt: skip


@pytest.mark.slow
async def test_every_page_is_readable_and_fits_a_phone(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    """axe-core finds nothing in either theme; nothing sticks out at 360 pixels; no rule of ours is broken."""
    await spread_plague(console)
    page = await signed_in.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    faults: list[str] = []
    for path in (*PATHS, f"/incidents/INC-{town.number}"):
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.goto(path)
            await page.evaluate(AXE.read_text("utf-8"))
            found = await page.evaluate("axe.run({resultTypes: ['violations']})")
            faults += [
                f"{path} {theme}: {one['id']} {[node['target'] for node in one['nodes']][:3]}"
                for one in found["violations"]
            ]
        await page.set_viewport_size({"width": 360, "height": 740})
        width = await page.evaluate("document.documentElement.scrollWidth")
        faults += [f"{path} is {width} wide"] if width > 360 else []
        await page.set_viewport_size({"width": 1280, "height": 860})
    assert not faults, "\n".join(faults)
    assert said == []


async def test_an_open_page_shows_who_has_been_told(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    made, _ = await spread_plague(console)
    page = await signed_in.new_page()
    await page.goto("/problems/PRB-1")
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    async with console.storage.unit(console.ana.actor) as unit:
        await broadcasts.approve(unit, made.id)
        await broadcasts.send(unit, made.id)
    await Engine(console.storage, HANDLERS).turn()
    await expect(page.locator("#sending-state")).to_contain_text("3 de 3 clientes avisados", timeout=5_000)
    await expect(page.locator("#problem-history")).to_contain_text("Se avisó a Harbour Workshop")


async def test_without_scripts_one_reads_approves_and_sends(
    console: Console, town: Town, chromium: Browser
) -> None:
    await spread_plague(console)
    view = await chromium.new_context(java_script_enabled=False, base_url=console.url, locale="es-MX")
    page = await view.new_page()
    await page.goto("/problems/PRB-1")
    await page.get_by_label("Usuario").fill("ana")
    await page.get_by_label("Contraseña").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await page.get_by_role("link", name="Leer y dar el visto bueno").click()
    await expect(page.locator(".v-letter")).to_have_count(3)
    await page.get_by_role("button", name="Doy el visto bueno").click()
    await expect(page.get_by_text("Visto bueno dado.")).to_be_visible()
    await page.get_by_role("button", name="Enviar la solución").click()
    await expect(page.get_by_text("Se está enviando.")).to_be_visible()
    await view.close()
