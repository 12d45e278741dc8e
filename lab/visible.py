"""What is safe to print: a bench or a recipe may say anything, and a terminal obeys much of it."""

import unicodedata


def visible(text: object) -> str:
    """In one line; controls, direction marks and surrogates are written out, as in `\\x1b`."""
    return "".join(_shown(character) for character in str(text))


def visible_lines(text: object) -> str:
    """Several lines stay several."""
    return "\n".join(visible(line) for line in str(text).replace("\r\n", "\n").split("\n"))


def _shown(character: str) -> str:
    if unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return character
    return ascii(character)[1:-1]
