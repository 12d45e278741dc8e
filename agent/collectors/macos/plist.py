"""Property lists as commands print them."""

import plistlib
from typing import Any
from xml.parsers.expat import ExpatError

from agent.collectors.asking import Ask, Tool, Unanswered, answer


def asked(ask: Ask, tool: Tool, *words: str) -> Any:
    """What the command printed. Raises ProgramMissing, Unanswered."""
    told = answer(ask, tool, words)
    try:
        return plistlib.loads(told.encode())
    except (plistlib.InvalidFileException, ExpatError, ValueError, TypeError, AttributeError, OverflowError,
            IndexError, KeyError):  # fmt: skip
        raise Unanswered(f"{tool.name}: its answer is not the property list that was expected") from None


def tables(value: Any, of: str) -> list[dict[str, Any]]:
    """The dictionaries of a list. Raises Unanswered for anything else: no list is not an empty one."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Unanswered(f"no list of {of}")
    return value


def word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def number(value: Any) -> float | None:
    sound = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 2**53
    return float(value) if sound else None
