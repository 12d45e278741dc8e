"""The language the commands speak: `--lang`, else the terminal's own, else Spanish."""

import os
from collections.abc import Mapping, Sequence

from controller.words.catalogue import Language, Translator, chosen, translator

_spoken: Language | None = None


def choose(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Language:
    """Must come first: help texts are made when the commands' files are imported."""
    global _spoken
    wish = ""
    for position, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang="):
            wish = argument.removeprefix("--lang=")
        elif argument == "--lang" and position + 1 < len(arguments):
            wish = arguments[position + 1]
    # In the order in which POSIX reads them.
    terminal = next(
        (environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), ""
    )
    _spoken = chosen(wish, terminal)
    return _spoken


def language() -> Language:
    return _spoken or choose(())


def words() -> Translator:
    return translator(language())


def _(message: str, /, **facts: object) -> str:
    """The message in the chosen language."""
    return words()._(message, **facts)
