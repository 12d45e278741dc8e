"""The system's Chromium before a console with a town in it."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.support.browsers import FLAGS
from tests.support.clocks import JumpingClock
from tests.support.console import Console, running_console, session_token
from tests.support.town import Town, build_town


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
async def console(tmp_path: Path, clock: JumpingClock) -> AsyncIterator[Console]:
    async with running_console(tmp_path, clock) as running:
        yield running


@pytest.fixture
async def town(console: Console, clock: JumpingClock) -> Town:
    return await build_town(console, clock)


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as drama:
        browser = await drama.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def signed_in(chromium: Browser, console: Console, town: Town) -> AsyncIterator[BrowserContext]:
    """Ana's browser, wide, in Mexico City."""
    view = await chromium.new_context(timezone_id="America/Mexico_City", base_url=console.url)
    token = await session_token(console, console.ana)
    await view.add_cookies([{"name": "vigia_session", "value": token, "url": console.url}])
    yield view
    await view.close()
