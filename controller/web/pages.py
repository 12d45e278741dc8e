"""Templates and what they may call: words, times, sizes. Everything they print is escaped."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from controller.core.clock import Clock
from controller.web.static import Shelf
from controller.web.visible import visible
from controller.words import formats
from controller.words.catalogue import LANGUAGES, Language, Translator, translator

_FOLDER = Path(__file__).parent / "templates"
_ROLES = {"server": "Server", "desktop": "Desktop", "laptop": "Laptop"}
_SEVERITIES = {"critical": "Critical", "high": "High", "normal": "Normal"}
_STATES = {"open": "Open", "resolved": "Resolved", "closed": "Closed"}
_SPOKEN = {"es": "Spanish", "en": "English"}


class Spoken(Protocol):
    """A reader of either side: of the console (`reader.Reader`) or of the portal (`portal.guest.Guest`)."""

    @property
    def language(self) -> Language: ...


class Pages:
    """One environment for each language."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._clock = clock
        self._environments = {language: self._environment(language, shelf) for language in LANGUAGES}

    def shown(self, reader: Spoken, name: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """The page `name` for `reader`; `facts` are what the template asks for, all of it."""
        template = self._environments[reader.language].get_template(f"{name}.html")
        text = template.render(reader=reader, now=self._clock.now(), **facts)
        return HTMLResponse(text, status)

    def _environment(self, language: Language, shelf: Shelf) -> Environment:
        made = Environment(
            loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        )  # fmt: skip
        words = translator(language)
        made.globals.update(_=words._, ngettext=words.ngettext, asset=shelf.path)
        made.filters.update(
            iso=formats.iso, visible=visible, moment=_moment(words, self._clock),
            severity_word=_named(words, _SEVERITIES), state_word=_named(words, _STATES),
            role_word=_named(words, _ROLES), language_word=_named(words, _SPOKEN),
        )  # fmt: skip
        return made


def pages_of(request: Request) -> Pages:
    found: Pages = request.app.state.pages
    return found


def _named(words: Translator, names: dict[str, str]) -> Callable[[str], str]:
    return lambda value: words._(names.get(value, value))


def _moment(words: Translator, clock: Clock) -> Callable[[datetime, str, str], str]:
    def moment(at: datetime, zone: str, how: str) -> str:
        """`near`: the hour, with the day when it is another; `second`: the hour to the second;
        `ago`: how long since; else date and time."""
        now = clock.now()
        if how == "ago":
            return ago(words, now - at)
        if how == "near":
            there = formats.zone_named(zone)
            hour = formats.time_of_day(at, words.language, zone)
            same = at.astimezone(there).date() == now.astimezone(there).date()
            return hour if same else f"{formats.day(at, words.language, zone)}, {hour}"
        if how == "second":
            return f"{at.astimezone(formats.zone_named(zone)):%H:%M:%S}"
        return formats.instant(at, words.language, zone)

    return moment


def ago(words: Translator, length: timedelta) -> str:
    """ "12 min ago"; less than a minute is "just now". The script says it in the same words."""
    if length < timedelta(minutes=1):
        return words._("just now")
    return words._("{span} ago", span=formats.duration(length))
