"""On which line of a TOML file a key path stands: the standard reader does not tell."""

import re
from collections.abc import Callable

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'\s-]+?)\s*=")
_INDEX = re.compile(r"\[\d+\]$")


def line_of(text: str) -> Callable[[str], int | None]:
    """A function from key path to line, counted from 1; a key that is missing has the line of its table.

    Good enough for plans: keys inside inline tables and multi-line strings have the line of what holds them.
    """
    found: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _plain(header[1])
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(f"{table}.{_plain(key[1])}".lstrip("."), number)

    def look_up(path: str) -> int | None:
        while path:
            if path in found:
                return found[path]
            path = _INDEX.sub("", path) if _INDEX.search(path) else path.rpartition(".")[0]
        return None

    return look_up


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))
