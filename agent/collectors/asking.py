"""Asking a program of the system: fixed words, a time and an output limit, a plain reason when it fails.

Collectors get `ask` handed in, so that a test answers instead of the program. What only root may ask goes
through the door of `agent.rootdoor`: every call is one `Tool` and words that no user wrote.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any, Protocol

from agent.errors import AgentError
from agent.processes import Finished, ProgramMissing, run
from agent.programs import Tool, located
from agent.rootdoor.asked import DoorShut, ask_root


class Unanswered(AgentError):
    """The program is there and did not say what was asked; the text names it and the reason."""


class Ask(Protocol):
    """Blocking. Raises ProgramMissing."""

    def __call__(self, tool: Tool, *words: str) -> Finished: ...


def ask(tool: Tool, *words: str) -> Finished:
    """Asks the program itself; or root to ask it, where that is root's to ask and we are not root."""
    by_root = ask_root(tool, words)
    if by_root is not None:
        return by_root
    return run((located(tool), *words), tool.timeout_s, tool.limit_bytes)


def answer(ask: Ask, tool: Tool, words: Sequence[str], fine: Collection[int] = (0,)) -> str:
    """What it printed, as text. `fine`: exit codes that are no failure. Raises ProgramMissing, Unanswered."""
    asked = " ".join((tool.name, *words[:2]))
    try:
        done = ask(tool, *words)
    except DoorShut as error:
        raise Unanswered(f"{asked}: {error}") from None
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
