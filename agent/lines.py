"""Where in a TOML file a key stands, for error messages: tomllib itself does not tell."""

import re
from collections.abc import Mapping

_HEADER = re.compile(r"\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?\Z")
_KEY = re.compile(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def places(text: str) -> Mapping[str, int]:
    """Line numbers, from 1, by key path as our messages write it: `role`, `watch[0].target`,
    `rules."cpu.busy".normal_percent`. Keys inside of inline tables and long texts are not told."""
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    within = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            within = _path(header[2])
            if header[1] == "[[":
                counts[within] = counts.get(within, -1) + 1
                found.setdefault(within, number)
                within = f"{within}[{counts[within]}]"
            found.setdefault(within, number)
        elif key := _KEY.match(line):
            path = _path(key[1])
            found.setdefault(f"{within}.{path}" if within else path, number)
    return found


def line_of(found: Mapping[str, int], path: str) -> int | None:
    """The line of the key, else of the nearest table above it; None where neither is told."""
    while path:
        if path in found:
            return found[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)] if not path.endswith('"') else _above(path)
    return None


def _above(path: str) -> str:
    return path[: path.rfind('"', 0, -1)].rstrip(".")


def _path(key: str) -> str:
    parts = [part.strip("\"'") for part in _PART.findall(key)]
    return ".".join(f'"{part}"' if not re.fullmatch(r"[\w-]+", part) else part for part in parts)
