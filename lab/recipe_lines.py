"""Which line of a TOML file a key stands on; the parser of the standard library does not say.

A fault that names its line is mended in half the time. Where this reader is unsure (inline tables, values
over many lines) it knows the line of what stands around.
"""

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]#]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_WORDS = re.compile(r""""(?:[^"\\]|\\.)*"|'[^']*'|#.*""")


def lines_of(text: str) -> dict[str, int]:
    """Key paths as in `steps[1].timeout_s` with their lines, counted from 1."""
    found: dict[str, int] = {"": 1}
    counts: dict[str, int] = {}
    table, inside, depth = "", "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if inside:
            if inside in line:
                inside = ""
            continue
        if depth > 0:
            depth += _depth(line)
            continue
        if header := _HEADER.match(line):
            table = _table(header[2], header[1] == "[[", counts)
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault(_joined(table, ".".join(_parts(key[1]))), number)
            inside = next((mark for mark in ('"""', "'''") if key[2].count(mark) % 2), "")
            depth = 0 if inside else max(0, _depth(key[2]))
    return found


def line_of(path: str, lines: dict[str, int]) -> int | None:
    """The line of the key, or of the nearest thing around it that is known."""
    while path:
        if path in lines:
            return lines[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return None


def _table(name: str, is_array: bool, counts: dict[str, int]) -> str:
    path = ""
    parts = _parts(name)
    for position, part in enumerate(parts):
        path = _joined(path, part)
        if position == len(parts) - 1 and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def _parts(name: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(name)]


def _joined(table: str, key: str) -> str:
    return f"{table}.{key}" if table else key


def _depth(line: str) -> int:
    """How many brackets stay open after it."""
    bare = _WORDS.sub("", line)
    return bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")
