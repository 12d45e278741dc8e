"""Catalogues of words: every `.mo` of a language, as one translator."""

import gettext
from functools import cache
from pathlib import Path
from typing import Literal

Language = Literal["es", "en"]

LANGUAGES: tuple[Language, ...] = ("es", "en")
DEFAULT: Language = "es"

_FOLDER = Path(__file__).parent / "locale"


class Translator:
    """Words of one language. A msgid without a translation comes back as it is, which is English."""

    def __init__(self, language: Language, catalogues: tuple[gettext.NullTranslations, ...]) -> None:
        self.language: Language = language
        self._catalogues = catalogues
        # What was found once: a notice has twenty words, and there are as many catalogues.
        self._found: dict[str, str] = {}

    def _(self, message: str, /, **facts: object) -> str:
        """`message` in this language; `{name}` placeholders are filled from `facts` where any are given."""
        if not message:
            return ""  # gettext keeps its own header there
        found = self._found.get(message)
        if found is None:
            found = self._look_up(message)
        return found.format(**facts) if facts else found

    def _look_up(self, message: str) -> str:
        for catalogue in self._catalogues:
            translated = catalogue.gettext(message)
            if translated != message:
                self._found[message] = translated
                return translated
        return message

    def ngettext(self, one: str, many: str, count: int, /, **facts: object) -> str:
        """The form for `count`, which also fills `{count}`."""
        found = one if count == 1 else many
        for catalogue in self._catalogues:
            translated = catalogue.ngettext(one, many, count)
            if translated not in (one, many):
                found = translated
                break
        return found.format(count=count, **facts)


def chosen(*wishes: str | None) -> Language:
    """The first wish that is a language of ours ("es-MX" counts as "es"), else Spanish."""
    for wish in wishes:
        short = (wish or "").strip().lower().replace("_", "-").split("-")[0]
        if short in LANGUAGES:
            return short
    return DEFAULT


def accepted(header: str | None) -> Language:
    """The reader's language by an Accept-Language header (RFC 9110), by its quality values."""
    wishes: list[tuple[float, str]] = []
    for part in (header or "").split(",")[:20]:
        tag, _, rest = part.partition(";")
        try:
            quality = float(rest.strip().removeprefix("q=")) if rest else 1.0
        except ValueError:
            quality = 0.0
        wishes.append((-quality, tag))
    return chosen(*(tag for quality, tag in sorted(wishes, key=lambda wish: wish[0]) if quality < 0))


@cache
def translator(language: str | None) -> Translator:
    """The translator for a language of ours; anything else gets the default."""
    known = chosen(language)
    compiled = sorted((_FOLDER / known / "LC_MESSAGES").glob("*.mo"))
    if known != "en" and not compiled:
        raise RuntimeError(f"no compiled catalogue for {known!r} under {_FOLDER}: run `make words`")
    catalogues: list[gettext.NullTranslations] = []
    for path in compiled:
        with path.open("rb") as file:
            catalogues.append(gettext.GNUTranslations(file))
    return Translator(known, tuple(catalogues))
