"""The transcript's player in the system's Chromium, under our policy: what it plays stays text."""

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, expect

from tests.support.attempts import tried
from tests.support.console import Console
from tests.support.town import Town

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="session")]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


async def test_a_transcript_is_played_as_text_and_breaks_no_rule_of_ours(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    """Its end is shown first; a step's button goes there and plays on; a line written over is written over;
    markup and marks that turn the reading direction stay what they are; axe finds nothing in both themes."""
    case = f"/incidents/INC-{town.number}"
    first = (await tried(console, f"INC-{town.number}"))[0]
    page = await signed_in.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    await page.goto(f"{case}/attempts/{first.id}")
    screen = page.locator(".v-screen")
    await expect(screen).to_contain_text("lpstat: no jobs")
    await expect(screen).to_contain_text("100 %")
    await expect(screen).to_contain_text("<b>not bold</b> \ufffdreversed")
    assert "10 %\n" not in await screen.inner_text()
    assert await screen.locator("b").count() == 0
    await expect(screen.locator(".v-t-2.v-t-bold")).to_have_text("office-12")
    await page.get_by_label("Posición").fill("0.1")
    await expect(screen).not_to_contain_text("request id")
    await page.get_by_label("Velocidad").select_option("16")
    await page.get_by_role("button", name="look").click()
    await expect(screen).to_contain_text("lpstat: no jobs")
    await expect(page.locator("[data-toggle]")).to_have_text("Reproducir")
    axe = AXE.read_text("utf-8")
    for path in (f"{case}/attempts/{first.id}", f"{case}/attempts", f"{case}/attempts/new", case):
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.goto(path)
            await page.evaluate(axe)
            found = await page.evaluate("axe.run({resultTypes: ['violations']})")
            assert [fault["id"] for fault in found["violations"]] == [], f"{path} {theme}"
        await page.set_viewport_size({"width": 360, "height": 740})
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360, f"{path} is {width} wide"
        await page.set_viewport_size({"width": 1280, "height": 860})
    assert said == []


async def test_files_beyond_the_limits_are_told_before_anything_is_sent(
    town: Town, signed_in: BrowserContext, tmp_path: Path
) -> None:
    """So that what was typed cannot be lost."""
    large = tmp_path / "core.dump"
    large.write_bytes(b"x" * (4 * 1024 * 1024 + 1))
    page = await signed_in.new_page()
    await page.goto(f"/incidents/INC-{town.number}/attempts/new")
    await page.get_by_label("Qué debería verse").fill("Falta")
    await page.get_by_label("Qué se vio").fill("Falta de verdad")
    await page.get_by_label("Veredicto", exact=True).select_option("reproduced")
    await page.locator("#files").set_input_files(large)
    await page.get_by_role("button", name="Anotarlo").click()
    message = await page.locator("#files").evaluate("field => field.validationMessage")
    assert message.startswith("Como máximo 20 ficheros")
    await expect(page).to_have_url(f"{page.url.split('/attempts')[0]}/attempts/new")
    await page.locator("#files").set_input_files([])
    await page.get_by_role("button", name="Anotarlo").click()
    await expect(page.locator("h1")).to_have_text("probado a mano")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("a\\tb\\r\\nc", "a       b\nc"),
        ("one\\rtwo", "two"),
        ("abc\\x1b[2D_", "a_c"),
        ("abc\\x1b[1K", "   "),
        ("ab\\x1b[31mcd\\x1b[0m\\x1b[2;3Hx", "abcd\n  x"),
        ("\\x1b]0;title\\x07shown", "shown"),
        ("\\x1b[?1049hnew", "new"),
        ("1\\r\\n2\\r\\n3\\r\\n4\\r\\n5", "3\n4\n5"),
        ("abc\\x1b[99999999D\\x1b[@_", "_abc"),
        ("x\\x1b[3", "x"),
        ("\\u202ex", "\ufffdx"),
    ],
)
async def test_the_terminal_does_what_terminals_do(
    town: Town, signed_in: BrowserContext, given: str, shown: str
) -> None:
    """A screen of ten by three, written to sign by sign: sequences are cut wherever they may be."""
    source = Path(__file__).parents[2] / "controller/web/assets/src/parts/terminal.js"
    page = await signed_in.new_page()
    await page.goto("/incidents")
    code = source.read_text("utf-8").replace("export class", "class")
    lines = await page.evaluate(
        f"""() => {{ {code}
        const terminal = new Terminal(10, 3);
        for (const sign of "{given}") terminal.write(sign);
        return terminal.drawn().map((row) => row.map(({{ text }}) => text).join("")); }}"""
    )
    assert "\n".join(lines).rstrip("\n") == shown
