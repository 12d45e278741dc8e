"""Asking a program of the system: fixed words, a time and an output limit, a plain reason when it fails.

Collectors get `ask` handed in, so that a test answers instead of the program, and so that an agent without
root may have a helper ask in its place: every call is one `Tool` and words that no user wrote.
"""

import json
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from agent.errors import AgentError
from agent.processes import Finished, ProgramMissing, run

# A service's PATH may lack them, and these tools live there.
SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin", "/bin")


@dataclass(frozen=True, slots=True)
class Tool:
    """A program by its `names` (the first that is there is asked; a path stands for itself), and limits."""

    names: tuple[str, ...]
    timeout_s: float = 10.0
    limit_bytes: int = 256 * 1024

    @property
    def name(self) -> str:
        return self.names[0]


class Unanswered(AgentError):
    """The program is there and did not say what was asked; the text names it and the reason."""


class Ask(Protocol):
    """Blocking. Raises ProgramMissing."""

    def __call__(self, tool: Tool, *words: str) -> Finished: ...


def ask(tool: Tool, *words: str) -> Finished:
    """Asks the program itself."""
    return run((located(tool), *words), tool.timeout_s, tool.limit_bytes)


def located(tool: Tool) -> str:
    """The program's path. Raises ProgramMissing."""
    folders = (*os.environ.get("PATH", "").split(os.pathsep), *SBIN)
    for name in tool.names:
        for path in (name,) if name.startswith("/") else (os.path.join(folder, name) for folder in folders):
            if os.access(path, os.X_OK):
                return path
    raise ProgramMissing(tool.name, "it is not installed")


def answer(ask: Ask, tool: Tool, words: Sequence[str], fine: Collection[int] = (0,)) -> str:
    """What it printed, as text. `fine`: exit codes that are no failure. Raises ProgramMissing, Unanswered."""
    done = ask(tool, *words)
    asked = " ".join((tool.name, *words[:2]))
    if done.timed_out:
        raise Unanswered(f"{asked}: no answer within {tool.timeout_s:g} s")
    if done.truncated:
        raise Unanswered(f"{asked}: more than {tool.limit_bytes} bytes")
    if done.returncode not in fine:
        told = (done.stderr.strip() or done.stdout.strip()).decode("utf-8", "replace")
        raise Unanswered(f"{asked}: ended with {done.returncode}: {' '.join(told.split())[:120]}")
    return done.stdout.decode("utf-8", "replace")


def table(text: str, of: str) -> dict[str, Any]:
    """The JSON object in a program's answer. Raises Unanswered."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Unanswered(f"{of}: its answer is not the JSON that was expected")
    return document


def found(document: Any, *path: str | int) -> Any:
    """The value at the end of the path, None where there is none: other versions say other things."""
    for step in path:
        if isinstance(document, dict) and isinstance(step, str):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int) and step < len(document):
            document = document[step]
        else:
            return None
    return document


def number(document: Any, *path: str | int) -> float | None:
    """The number there, None where there is none."""
    value = found(document, *path)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def rows(document: Any, *path: str | int) -> list[dict[str, Any]]:
    """The tables in the list there; nothing where there is none."""
    value = found(document, *path)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


__all__ = [
    "Ask", "Finished", "ProgramMissing", "Tool", "Unanswered", "answer", "ask", "found", "located", "number",
    "rows", "table",
]  # fmt: skip
