"""What every answer says to the browser, and which forms are taken at all."""

import pytest
from starlette.datastructures import Headers

from controller.core.errors import Refused
from controller.web.security import check_origin, own_path
from tests.controller.web.conftest import browsing
from tests.support.console import Console
from tests.support.town import Town


async def test_every_answer_forbids_what_we_never_need(console: Console) -> None:
    async with browsing(console, console.ana) as browser:
        for path in ("/incidents", "/nothing", "/sign-in", "/assets/console.js", "/live-not"):
            headers = (await browser.get(path)).headers
            policy = headers["content-security-policy"]
            assert "unsafe" not in policy
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert headers["x-content-type-options"] == "nosniff"
        assert (await browser.get("/incidents")).headers["cache-control"] == "no-store"


async def test_scripts_and_styles_are_kept_by_browsers_under_marked_names(console: Console) -> None:
    async with browsing(console) as browser:
        page = (await browser.get("/sign-in")).text
        style = page.split('rel="stylesheet" href="')[1].split('"')[0]
        answer = await browser.get(style)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"


async def test_a_form_without_its_secret_changes_nothing(console: Console, town: Town) -> None:
    async with browsing(console, console.ana) as browser:
        for typed in ({"body": "x"}, {"body": "x", "csrf": ""}, {"body": "x", "csrf": "ñ"}):
            answer = await browser.post(f"/incidents/INC-{town.number}/note", data=typed)
            assert answer.status_code == 403


async def test_a_form_from_another_site_is_refused_before_anything_is_read(console: Console) -> None:
    async with browsing(console) as browser:
        for headers in (
            {"origin": "https://evil.example"},
            {"sec-fetch-site": "cross-site"},
            {"origin": "null"},
        ):
            answer = await browser.post("/sign-in", data={"login": "ana"}, headers=headers)
            assert answer.status_code == 403


async def test_a_huge_form_is_refused_by_its_length(console: Console) -> None:
    async with browsing(console) as browser:
        answer = await browser.post("/sign-in", content=b"x" * 300_000)
    assert answer.status_code == 429
    assert "262144" in answer.text


def test_our_own_pages_and_plain_programs_may_send() -> None:
    check_origin("POST", Headers({"origin": "https://vigia.example:7480", "host": "vigia.example:7480"}))
    check_origin("POST", Headers({"host": "vigia.example"}))
    check_origin("GET", Headers({"origin": "https://evil.example"}))
    with pytest.raises(Refused):
        check_origin("POST", Headers({"origin": "https://vigia.example.evil", "host": "vigia.example"}))


@pytest.mark.parametrize(
    "path", ["", None, "//x", "https://x", "/\\x", "/x\n", "x", "/" * 2 + "x", "/" + "x" * 3000]
)
def test_only_paths_of_this_site_are_gone_back_to(path: str | None) -> None:
    assert own_path(path) == "/incidents"
    assert own_path("/machines?customer=1") == "/machines?customer=1"
