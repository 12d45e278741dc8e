"""Pictures of pages in the middle of a story, for people to look at: only when VIGIA_SHOTS names a folder."""

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

LOOKS: tuple[tuple[str, int, int, Literal["light", "dark"]], ...] = (
    ("wide-light", 1280, 860, "light"),
    ("narrow-dark", 360, 760, "dark"),
)


class Gallery:
    """`speak` makes the reader's language es or en; the page is as it was, in Spanish, afterwards."""

    def __init__(self) -> None:
        wanted = os.environ.get("VIGIA_SHOTS", "")
        self.folder = Path(wanted) if wanted else None

    def take(self, page: Page, name: str, speak: Callable[[str], object]) -> None:
        """Loads the page anew for each picture: whatever was typed is gone."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for language, (look, width, height, theme) in product(("en", "es"), LOOKS):
            speak(language)
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=theme)
            page.goto(page.url)
            page.wait_for_timeout(200)
            page.screenshot(path=self.folder / f"{name}-{language}-{look}.png", full_page=True)
        page.set_viewport_size({"width": 1280, "height": 860})
        page.emulate_media(color_scheme="light")
        page.goto(page.url)
