"""The page of what was kept: figures, bars with their target, tables, files; faults beside their field."""

import re

from tests.controller.web.conftest import browsing
from tests.support.console import Console
from tests.support.town import Town


async def test_the_page_shows_both_promises_with_their_targets(console: Console, town: Town) -> None:
    async with browsing(console, console.vera) as browser:
        page = (await browser.get("/reports")).text
    assert "Promesas cumplidas" in page
    assert len(re.findall(r'<rect class="v-report-bar"', page)) >= 2
    # 95 % and 90 % of a plot that is 150 units high.
    assert re.findall(r'class="v-target"[^>]* y1="([0-9.]+)"', page) == ["7.5", "15.0"]
    assert "objetivo 95 %" in page and "objetivo 90 %" in page
    assert "style=" not in page.split("<main", 1)[1]


async def test_files_come_as_attachments_and_faults_beside_their_field(console: Console) -> None:
    async with browsing(console, console.vera) as browser:
        for kind, begins in (("pdf", b"%PDF-"), ("xlsx", b"PK"), ("csv", b"\xef\xbb\xbfCliente,")):
            answer = await browser.get(f"/reports/file/{kind}?by=customer")
            assert answer.status_code == 200
            assert answer.content.startswith(begins)
            assert answer.headers["content-disposition"].endswith(f'.{kind}"')
        assert (await browser.get("/reports/file/exe")).status_code == 404
        answer = await browser.get("/reports?since=2026-02-30&customer=%3Cscript%3E&by=moon")
    assert answer.status_code == 422
    assert "no es un día" in answer.text and 'id="fault-from"' in answer.text
    assert "<script>" not in answer.text.split("<main", 1)[1]


async def test_days_without_incidents_say_so_and_strangers_see_none(console: Console) -> None:
    async with browsing(console, console.vera) as browser:
        answer = await browser.get("/reports?since=2020-01-01&until=2020-01-31")
    assert answer.status_code == 200
    assert "No se abrió ninguna incidencia" in answer.text
    async with browsing(console) as browser:
        for path in ("/reports", "/reports/file/csv"):
            answer = await browser.get(path)
            assert answer.status_code == 303 and "/sign-in" in answer.headers["location"]
