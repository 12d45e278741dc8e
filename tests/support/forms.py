"""What a browser does with a form: reads its hidden secret, sends it with what was typed."""

import re

import httpx


def secret_of(page: str) -> str:
    found = re.search(r'name="csrf" value="([^"]*)"', page)
    assert found is not None, "the page has no form"
    return found[1]


async def send(browser: httpx.AsyncClient, page: str, to: str, **typed: str) -> httpx.Response:
    """Loads `page`, fills a form of it, sends it to `to`."""
    loaded = await browser.get(page)
    return await browser.post(to, data={"csrf": secret_of(loaded.text), **typed})
