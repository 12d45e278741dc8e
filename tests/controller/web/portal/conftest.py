"""The portal of a town with two customers' people in it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.support.clocks import JumpingClock
from tests.support.console import Console, running_console
from tests.support.neighbours import Neighbours, build_neighbours, portal_token


@pytest.fixture
async def console(tmp_path: Path, clock: JumpingClock) -> AsyncIterator[Console]:
    async with running_console(tmp_path, clock) as running:
        yield running


@pytest.fixture
async def neighbours(console: Console) -> Neighbours:
    return await build_neighbours(console)


@asynccontextmanager
async def visiting(console: Console, email: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """A browser without scripts in the portal; as the contact with that address when one is given."""
    cookies = {"vigia_portal": await portal_token(console, email)} if email else {}
    headers = {"accept-language": "es"}
    async with httpx.AsyncClient(base_url=console.url, cookies=cookies, headers=headers) as browser:
        yield browser
