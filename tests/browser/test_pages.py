"""Every page, in both themes: readable by everyone, whole on a phone, and nothing that our policy forbids."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.support.console import PASSWORD, Console
from tests.support.town import Town

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="session")]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
NAMES = (
    "sign-in",
    "queue",
    "nothing",
    "incident",
    "evidence",
    "machines",
    "machine",
    "inventory",
    "customers",
    "account",
    "reports",
    "forecast",
    "plans",
    "duty",
    "lost",
)


async def _paths(console: Console, town: Town, page: Page) -> dict[str, str]:
    await page.goto(f"/incidents/INC-{town.number}")
    evidence = await page.get_attribute(".v-evidence-list a", "href")
    return {
        "sign-in": "/sign-in", "queue": "/incidents", "nothing": "/incidents?state=closed",
        "incident": f"/incidents/INC-{town.number}", "evidence": str(evidence), "machines": "/machines",
        "machine": f"/machines/{town.machines['caja-1']}",
        "inventory": f"/machines/{town.machines['caja-1']}/inventory",
        "customers": "/customers", "account": "/account",
        "reports": "/reports", "forecast": "/forecast", "plans": "/plans", "duty": "/duty",
        "maintenance": "/maintenance", "lost": "/incidents/INC-999",
    }  # fmt: skip


@pytest.mark.slow
async def test_every_page_is_readable_by_everyone_and_breaks_no_rule_of_ours(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    """axe-core finds nothing (contrast, labels, landmarks); Chromium reports no breach of the policy."""
    page = await signed_in.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    axe = AXE.read_text("utf-8")
    faults: list[str] = []
    for name, path in (await _paths(console, town, page)).items():
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.goto(path)
            await page.evaluate(axe)
            found = await page.evaluate("axe.run({resultTypes: ['violations']})")
            faults += [
                f"{name} {theme}: {fault['id']} {[node['target'] for node in fault['nodes']][:4]}"
                for fault in found["violations"]
            ]
    assert not faults, "\n".join(faults)
    assert [text for text in said if "404" not in text] == []


async def test_nothing_sticks_out_on_a_narrow_phone(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    page = await signed_in.new_page()
    await page.set_viewport_size({"width": 360, "height": 740})
    for name, path in (await _paths(console, town, page)).items():
        await page.goto(path)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, f"{name} is {width} wide"


async def test_a_keyboard_alone_finds_the_content_and_opens_an_incident(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    page = await signed_in.new_page()
    await page.goto("/incidents")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Ir al contenido")).to_be_focused()
    await page.keyboard.press("Enter")
    # Past the link to what is forgotten and the filters, to the first incident.
    for _ in range(8):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('.v-row') !== null"):
            break
    outline = await page.evaluate("getComputedStyle(document.activeElement.closest('.v-row')).outlineStyle")
    assert outline == "solid"
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("El disco sda tarda 412 ms en responder")


async def test_without_scripts_one_signs_in_filters_and_answers(
    console: Console, town: Town, chromium: Browser
) -> None:
    view = await chromium.new_context(java_script_enabled=False, base_url=console.url, locale="es-MX")
    page = await view.new_page()
    await page.goto("/incidents")
    await page.get_by_label("Usuario").fill("ana")
    await page.get_by_label("Contraseña").fill(PASSWORD)
    await page.get_by_role("button", name="Entrar").click()
    await page.get_by_label("Gravedad").select_option("critical")
    await page.get_by_role("button", name="Filtrar").click()
    await expect(page.locator(".v-row")).to_have_count(2)
    await page.get_by_role("link", name="recepcion no da señales").click()
    await page.get_by_label("Lo que le dice").fill("Voy para allá")
    await page.get_by_role("button", name="Enviar la respuesta").click()
    await expect(page.locator(".v-timeline")).to_contain_text("Voy para allá")
    # The customer's zone stands where no script knows the reader's.
    await expect(page.locator(".v-clock-due").first).to_contain_text("12:14")
    await view.close()


async def test_charts_are_drawn_and_follow_the_theme(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    page = await signed_in.new_page()
    await page.goto(f"/machines/{town.machines['caja-1']}")
    await expect(page.locator(".v-plot canvas")).to_have_count(4)
    await page.get_by_role("button", name="Usar el tema oscuro").click()
    await expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    await expect(page.locator(".v-plot canvas")).to_have_count(4)
