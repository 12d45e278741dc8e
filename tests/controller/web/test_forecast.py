"""The page of the next hours: counts, the picture with its table, what would save most; plain forms."""

import re

from tests.controller.web.conftest import browsing
from tests.support.console import Console
from tests.support.town import Town


async def test_the_page_tells_what_falls_due_and_shows_it(console: Console, town: Town) -> None:
    async with browsing(console, console.vera) as browser:
        page = (await browser.get("/forecast?hours=4")).text
    main = page.split("<main", 1)[1]
    assert "Las próximas 4 horas" in main
    assert "Qué salvaría más" in main
    # Of the hour that has begun and the four that follow, each is drawn, and in the table.
    assert (
        len(re.findall(r'class="v-forecast-hour"', main)) == len(re.findall(r'<th scope="row">', main)) == 4
    )
    assert f"INC-{town.number}" in main
    assert "style=" not in main


async def test_hours_that_are_none_are_said_beside_the_field(console: Console) -> None:
    async with browsing(console, console.vera) as browser:
        answer = await browser.get("/forecast?hours=%3Cb%3E")
    assert answer.status_code == 422
    assert 'id="fault-hours"' in answer.text
    assert "Use de 1 a 48" in answer.text
    assert "<b>" not in answer.text.split("<main", 1)[1]


async def test_strangers_are_sent_to_the_door(console: Console) -> None:
    async with browsing(console) as browser:
        assert (await browser.get("/forecast")).status_code == 303
