"""What a machine is made of, on its page and on a page of its own."""

import html

from tests.controller.web.conftest import browsing
from tests.support.console import Console
from tests.support.town import Town


async def test_the_machines_page_says_what_it_is_and_what_changed(console: Console, town: Town) -> None:
    page = f"/machines/{town.machines['caja-1']}"
    async with browsing(console, console.ana) as browser:
        short = html.unescape((await browser.get(page)).text)
        whole = html.unescape((await browser.get(f"{page}/inventory")).text)
        nobody = await browser.get("/machines/none/inventory")
    assert "Dell Inc. PowerEdge T40" in short and "La memoria disminuyó: 16 GiB → 8 GiB" in short
    assert "Disco sdb sustituido: WDC WD10EZEX-08W WD-WCC6Y2 → ST1000DM010 ZN1A" in short
    assert "Paquete mariadb-server: 1:10.11.4-1 → 1:10.11.6-0" in whole
    assert "La última vez no se pudo leer" in whole and "tienda-web.service" in whole
    assert nobody.status_code == 404


async def test_a_machine_that_never_sent_one_says_so(console: Console, town: Town) -> None:
    page = f"/machines/{town.machines['files']}"
    async with browsing(console, console.ana) as browser:
        assert "El inventario completo" not in (await browser.get(page)).text
        assert "aún no ha enviado su inventario" in (await browser.get(f"{page}/inventory")).text
