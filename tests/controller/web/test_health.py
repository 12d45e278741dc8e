"""The page about ourselves: every watched thing with its state, for administrators alone."""

from dataclasses import replace
from pathlib import Path

import httpx

from controller.core.actor import Role
from controller.core.disk import OsDisk
from controller.incidents import actions
from controller.people import actions as people
from controller.reports.health import signs
from controller.reports.health.watch import Watch
from controller.web.site import build_site
from tests.controller.web.conftest import browsing
from tests.support.console import Console, session_token


async def test_an_administrator_sees_what_is_watched_and_others_do_not(
    console: Console, tmp_path: Path
) -> None:
    watch = Watch(console.storage, OsDisk(), tmp_path)
    console_site = replace(console.context, watch=watch)
    async with console.storage.unit() as unit:
        case = await actions.open_own(unit, signs.ENGINE_LATE, "", {"late_s": "95"})
        await people.change_user(unit, console.ana.id, role=Role.ADMINISTRATOR)
    site = build_site(console_site)
    for user, status in ((console.ana, 200), (console.vera, 403)):
        token = await session_token(console, user)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(site), base_url=console.url, cookies={"vigia_session": token}
        ) as browser:
            answer = await browser.get("/health")
        assert answer.status_code == status
        if status == 200:
            main = answer.text.split("<main", 1)[1]
            assert case.reference in main
            for name in ("El reloj del contrato", "Temporizadores", "Avisos", "El disco del controlador"):
                assert name in main
            assert "No se puso a nadie de guardia en el nivel 3" in main


async def test_where_nobody_watches_it_says_so(console: Console) -> None:
    async with console.storage.unit() as unit:
        await people.change_user(unit, console.ana.id, role=Role.ADMINISTRATOR)
    async with browsing(console, console.ana) as browser:
        assert (await browser.get("/health")).status_code == 503
