"""The system's Chromium, started once for all tests of this process, before a console with a town in it.

So that the browser outlives a test, all of them share one event loop: each file's `pytestmark` says so.
"""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.support.browsers import FLAGS
from tests.support.clocks import JumpingClock
from tests.support.console import Console, running_console, session_token
from tests.support.town import Town, build_town


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest_asyncio.fixture(loop_scope="session")
async def console(tmp_path: Path, clock: JumpingClock) -> AsyncIterator[Console]:
    async with running_console(tmp_path, clock) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def town(console: Console, clock: JumpingClock) -> Town:
    return await build_town(console, clock)


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as drama:
        browser = await drama.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(chromium: Browser, console: Console, town: Town) -> AsyncIterator[BrowserContext]:
    """Ana's browser, wide, in Mexico City."""
    view = await chromium.new_context(timezone_id="America/Mexico_City", base_url=console.url)
    token = await session_token(console, console.ana)
    await view.add_cookies([{"name": "vigia_session", "value": token, "url": console.url}])
    yield view
    await view.close()
