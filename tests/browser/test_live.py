"""An open page changes by itself, says when it no longer can, and never takes away what somebody types."""

from datetime import timedelta

import pytest
from playwright.async_api import BrowserContext, expect

from controller.core.severity import Severity
from controller.fleet.findings import Finding, FindingRaised
from controller.incidents import actions as incidents
from tests.support.clocks import JumpingClock
from tests.support.console import Console
from tests.support.town import Town

pytestmark = [pytest.mark.needs_chromium, pytest.mark.asyncio(loop_scope="session")]


def _finding(console: Console, town: Town, clock: JumpingClock, rule: str) -> Finding:
    now = clock.now()
    return Finding(
        console.storage.chance.uuid(), town.machines["files"], rule, "samba", Severity.CRITICAL, now, now, {}
    )


async def test_a_new_incident_stands_in_the_open_queue_at_once(
    console: Console, town: Town, clock: JumpingClock, signed_in: BrowserContext
) -> None:
    page = await signed_in.new_page()
    await page.goto("/incidents")
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    await expect(page.get_by_role("link", name="samba no responde")).to_have_count(0)
    async with console.storage.unit() as unit:
        unit.announce(FindingRaised(_finding(console, town, clock, "watch.down")))
    await expect(page.get_by_role("link", name="samba no responde")).to_be_visible(timeout=5_000)


async def test_what_is_being_typed_stays_while_the_timeline_grows(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    page = await signed_in.new_page()
    await page.goto(f"/incidents/INC-{town.number}")
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    await page.get_by_label("Qué hay de nuevo").fill("Ya casi est")
    async with console.storage.unit(console.ana.actor) as unit:
        await incidents.note(unit, town.incident_id, "Lo veo yo también")
    await expect(page.locator("#case-timeline")).to_contain_text("Lo veo yo también", timeout=5_000)
    await expect(page.get_by_label("Qué hay de nuevo")).to_have_value("Ya casi est")
    await expect(page.get_by_label("Qué hay de nuevo")).to_be_focused()


async def test_a_page_that_lost_the_stream_says_so_and_comes_back(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    page = await signed_in.new_page()
    await page.goto("/incidents")
    mark = page.locator("#live-state")
    await expect(mark).to_have_attribute("data-state", "live")
    await page.route("**/live", lambda route: route.abort())
    console.context.changes.close()
    await expect(mark).to_have_attribute("data-state", "lost", timeout=15_000)
    await expect(mark).to_contain_text("Sin conexión")
    await page.unroute("**/live")
    await expect(mark).to_have_attribute("data-state", "live", timeout=45_000)


async def test_a_countdown_counts_and_turns_late_by_itself(
    console: Console, town: Town, clock: JumpingClock, signed_in: BrowserContext
) -> None:
    clock.set(clock.now() + timedelta(minutes=13, seconds=56))
    page = await signed_in.new_page()
    await page.goto("/incidents")
    row = page.locator(".v-row", has_text="recepcion no da señales")
    await expect(row.locator("[data-left]")).to_have_text("0:02")
    clock.set(clock.now() + timedelta(seconds=5))
    await expect(row.locator(".v-clock")).to_have_attribute("data-tone", "late", timeout=10_000)
    await expect(row).to_contain_text("tarde")


async def test_a_form_that_came_back_stays_live_and_keeps_its_words(
    console: Console, town: Town, signed_in: BrowserContext
) -> None:
    page = await signed_in.new_page()
    await page.goto(f"/incidents/INC-{town.number}")
    await page.get_by_label("Qué hay de nuevo").fill("Hecho")
    await page.get_by_text("Esto pasó antes").click()
    await page.get_by_label("Cuándo").fill("ayer")
    await page.get_by_role("button", name="Enviar la novedad").click()
    await expect(page.locator("#fault-at")).to_contain_text("no es una fecha con hora")
    await expect(page.locator("#live-state")).to_have_attribute("data-state", "live")
    async with console.storage.unit(console.ana.actor) as unit:
        await incidents.note(unit, town.incident_id, "Lo veo yo también")
    await expect(page.locator("#case-timeline")).to_contain_text("Lo veo yo también", timeout=5_000)
    await expect(page.get_by_label("Qué hay de nuevo")).to_have_value("Hecho")
