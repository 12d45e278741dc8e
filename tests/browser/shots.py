"""Pictures of every page, in both languages, narrow and wide, light and dark, for people to look at.

`python -m tests.browser.shots FOLDER [PAGE...]`
"""

import asyncio
import shutil
import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.async_api import async_playwright

from controller.people import actions as people
from tests.support.browsers import FLAGS
from tests.support.clocks import JumpingClock
from tests.support.console import running_console, session_token
from tests.support.harvest import bring_harvest
from tests.support.plague import spread_plague
from tests.support.town import build_town

THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = {"wide": (1280, 860), "narrow": (360, 760)}


async def take(folder: Path, wanted: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    clock = JumpingClock()
    with tempfile.TemporaryDirectory() as data:
        async with running_console(Path(data), clock) as console, async_playwright() as drama:
            town = await build_town(console, clock)
            await bring_harvest(console, town)
            await spread_plague(console)
            async with console.storage.unit() as unit:
                link = await people.issue_link(unit, None)
            pages = {
                "sign-in": "/sign-in",
                "link": f"/link/{link}",
                "queue": "/incidents",
                "queue-empty": "/incidents?state=closed",
                "incident": f"/incidents/INC-{town.number}",
                "machines": "/machines",
                "machine": f"/machines/{town.machines['caja-1']}",
                "inventory": f"/machines/{town.machines['caja-1']}/inventory",
                "customers": "/customers",
                "maintenance": "/maintenance",
                "duty": "/duty",
                "forecast": "/forecast",
                "reports": "/reports",
                "plans": "/plans",
                "problems": "/problems",
                "problem": "/problems/PRB-1",
                "drafts": "/problems/PRB-1/drafts",
                "account": "/account",
                "lost": "/incidents/INC-999",
            }
            browser = await drama.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for language, (width, size), theme in product(("es", "en"), WIDTHS.items(), THEMES):
                view = await browser.new_context(
                    viewport={"width": size[0], "height": size[1]}, color_scheme=theme,
                    locale=language, timezone_id="America/Mexico_City",
                )  # fmt: skip
                async with console.storage.unit() as unit:
                    await people.change_user(unit, console.ana.id, language=language)
                token = await session_token(console, console.ana)
                for name, path in pages.items():
                    if wanted and name not in wanted:
                        continue
                    signed_in = name not in ("sign-in", "link")
                    await view.clear_cookies()
                    if signed_in:
                        await view.add_cookies(
                            [{"name": "vigia_session", "value": token, "url": console.url}]
                        )
                    page = await view.new_page()
                    await page.goto(console.url + path)
                    await page.wait_for_timeout(500 if name == "machine" else 150)
                    picture = folder / f"{name}-{language}-{width}-{theme}.png"
                    await page.screenshot(path=picture, full_page=True)
                    if name == "incident":
                        evidence = await page.get_attribute(".v-evidence-list a", "href")
                        await page.goto(console.url + str(evidence))
                        await page.screenshot(
                            path=folder / f"evidence-{language}-{width}-{theme}.png", full_page=True
                        )
                        await page.goto(console.url + str(evidence).partition("?")[0] + "?q=memory")
                        await page.screenshot(
                            path=folder / f"search-{language}-{width}-{theme}.png", full_page=True
                        )
                    await page.close()
                await view.close()
            await browser.close()


if __name__ == "__main__":
    asyncio.run(take(Path(sys.argv[1]), sys.argv[2:]))
