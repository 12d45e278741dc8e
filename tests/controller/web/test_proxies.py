"""Whose address counts at sign-in: a proxy's word for it only when the settings name the proxy."""

import httpx
import pytest
from fastapi import FastAPI, Request

from controller.config import load_config
from controller.core.errors import Invalid
from controller.web.socket import bound, console_door


@pytest.mark.parametrize(
    ("trusted", "counted"),
    [((), "127.0.0.1"), (("10.0.0.0/8",), "127.0.0.1"), (("127.0.0.1", "10.0.0.0/8"), "203.0.113.9")],
)
async def test_only_a_named_proxy_says_where_a_browser_is(trusted: tuple[str, ...], counted: str) -> None:
    """What the browser itself wrote stands before what the proxies added, and is passed over."""
    site = FastAPI()

    @site.get("/")
    async def address(request: Request) -> str:
        return request.client.host if request.client else ""

    listening = bound("127.0.0.1", 0)
    door = console_door(site, listening, trusted_proxies=trusted)
    await door.start()
    try:
        async with httpx.AsyncClient() as browser:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
            said = await browser.get(url, headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.1.2.3"})
    finally:
        await door.stop()
    assert said.json() == counted


def test_everybody_is_no_proxy(tmp_path: object) -> None:
    with pytest.raises(Invalid, match=r"trusted_proxies.*no address or network"):
        load_config(tmp_path, trusted_proxies=("*",))  # type: ignore[arg-type]
