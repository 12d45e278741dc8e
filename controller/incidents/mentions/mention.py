"""Who is named in a text."""

import re

# Not behind a letter, a digit or a dot: `ana@vigia.example` is an address.
_NAMED = re.compile(r"(?<![\w.@/-])@([A-Za-z0-9][A-Za-z0-9._-]{0,63})")
_QUOTED = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def named(text: str) -> tuple[str, ...]:
    """Logins behind an `@`, in lower case, each once, in order. What stands in `backticks` names nobody."""
    plain = _QUOTED.sub(" ", text)
    found = (match[1].rstrip("._-").lower() for match in _NAMED.finditer(plain))
    return tuple(dict.fromkeys(login for login in found if login))


def pieces(text: str, logins: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    """The text cut at its mentions of `logins`: (piece, whether it is one). Together they are the text."""
    found: list[tuple[str, bool]] = []
    at = 0
    for match in _NAMED.finditer(text):
        login = match[1].rstrip("._-")
        if login.lower() not in logins:
            continue
        found += [(text[at : match.start()], False), (f"@{login}", True)]
        at = match.start() + 1 + len(login)
    return (*(piece for piece in found if piece[0]), *(((text[at:], False),) if text[at:] else ()))
