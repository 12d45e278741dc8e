"""The table of times in a plan's document: put in where each stands, so that the rest stays word by word."""

import re
import tomllib
from collections.abc import Mapping

from controller.sla.lines import line_of
from controller.sla.plan import CLOCKS

Place = tuple[str, str]
"""Severity and clock."""


def with_times(text: str, times: Mapping[Place, str]) -> str:
    """The document with those promises in it; "" takes one out. A severity that it lacks is added at its end.
    Values are not judged here: whoever reads the document names what is wrong with them."""
    for (severity, clock), promise in times.items():
        text = _with_time(text, severity, clock, promise.strip())
    return text


def times_in(text: str) -> dict[Place, str]:
    """What stands there, right or wrong; nothing for what is no TOML."""
    try:
        severities = tomllib.loads(text).get("severity", {})
    except (ValueError, RecursionError):
        return {}
    if not isinstance(severities, Mapping):
        return {}
    return {
        (name, clock): str(promise)
        for name, table in severities.items()
        if isinstance(table, Mapping)
        for clock, promise in table.items()
        if clock in CLOCKS
    }


def _with_time(text: str, severity: str, clock: str, promise: str) -> str:
    lines = text.split("\n")
    at = _line(lines, severity, clock)
    table = line_of(text)(f"severity.{severity}")
    if at is not None:
        if not promise:
            del lines[at]
        else:
            found = re.match(r"""(\s*[^=]+=\s*)(?:"[^"]*"|'[^']*'|[^#\s]*)(.*)$""", lines[at])
            lines[at] = (
                f"{found[1]}{_quoted(promise)}{found[2]}" if found else f"{clock} = {_quoted(promise)}"
            )
    elif promise and table is not None:
        before = [_line(lines, severity, one) for one in CLOCKS[: CLOCKS.index(clock)]]
        above = max((line + 1 for line in before if line is not None), default=table)
        lines.insert(above, f"{clock} = {_quoted(promise)}")
    elif promise:
        end = "" if not text or text.endswith("\n") else "\n"
        return f"{text}{end}\n[severity.{severity}]\n{clock} = {_quoted(promise)}\n"
    return "\n".join(lines)


def _line(lines: list[str], severity: str, clock: str) -> int | None:
    """Where the key itself stands, counted from 0; None when it stands nowhere."""
    number = line_of("\n".join(lines))(f"severity.{severity}.{clock}")
    if number is None or not re.match(rf"\s*{clock}\s*=", lines[number - 1]):
        return None
    return number - 1


def _quoted(text: str) -> str:
    """What somebody typed as a TOML string, whatever it is."""
    plain = "".join(one for one in text if one.isprintable())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def with_beginning(text: str, begins: str) -> str:
    """The document with that `effective_from`, an instant as TOML writes it: to make a version of another."""
    lines = text.split("\n")
    number = line_of(text)("effective_from")
    if number is not None and re.match(r"\s*effective_from\s*=", lines[number - 1]):
        lines[number - 1] = f"effective_from = {begins}"
        return "\n".join(lines)
    after = line_of(text)("zone") or line_of(text)("name") or 0
    lines.insert(after, f"effective_from = {begins}")
    return "\n".join(lines)
