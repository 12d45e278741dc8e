"""What an engineer types survives another form and another day; colleagues see it on their open page."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.support.console import Console
from tests.support.town import Town

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="session")]


async def test_switching_the_form_keeps_what_was_typed(
    signed_in: BrowserContext, console: Console, town: Town
) -> None:
    page = await signed_in.new_page()
    await page.goto(f"/incidents/INC-{town.number}?act=update")
    await page.get_by_label("Qué hay de nuevo").fill("La memoria ya está ampliada")
    await page.locator("#act-note").click()
    await expect(page.locator("#act-note")).to_have_attribute("aria-current", "true")
    await expect(page.get_by_label("Nota", exact=True)).to_have_value("La memoria ya está ampliada")
    later = await signed_in.new_page()
    await later.goto(f"/incidents/INC-{town.number}")
    await expect(later.locator("#act textarea")).to_have_value("La memoria ya está ampliada")
    await later.get_by_role("button", name="Descartarlo").click()
    await expect(later.locator("#act textarea").first).to_have_value("")
