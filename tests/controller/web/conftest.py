"""A console without a port: requests go straight into the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from controller.people.user import User
from tests.support.clocks import JumpingClock
from tests.support.console import Console, running_console, session_token
from tests.support.town import Town, build_town


@pytest.fixture
async def console(tmp_path: Path, clock: JumpingClock) -> AsyncIterator[Console]:
    async with running_console(tmp_path, clock) as running:
        yield running


@pytest.fixture
async def town(console: Console, clock: JumpingClock) -> Town:
    return await build_town(console, clock)


@asynccontextmanager
async def browsing(console: Console, user: User | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without scripts; signed in as `user` when there is one."""
    cookies = {"vigia_session": await session_token(console, user)} if user else {}
    async with httpx.AsyncClient(base_url=console.url, cookies=cookies) as browser:
        yield browser
