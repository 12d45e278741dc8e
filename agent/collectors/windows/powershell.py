"""Asking Windows: a fixed script, its answer as JSON, and one answer for all who want something of it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from agent.clock import SystemClock
from agent.collectors.asking import Ask, Tool, Unanswered, answer, table
from agent.errors import AgentError
from agent.signals import Reading

POWERSHELL = Tool(("powershell.exe", "powershell"), timeout_s=60.0, limit_bytes=1024 * 1024)
WORDS = ("-NoProfile", "-NonInteractive", "-Command")
_BEGIN = "$ErrorActionPreference='Stop';[Console]::OutputEncoding=[Text.Encoding]::UTF8;"
_END = "|ConvertTo-Json -Compress -Depth 4"
_monotonic = SystemClock().monotonic


class Digest:
    """What one script said, kept for `every_s`: a start of PowerShell costs half a second of processor."""

    def __init__(
        self, ask: Ask, script: str, every_s: float, monotonic: Callable[[], float] = _monotonic
    ) -> None:
        self._ask, self._script, self._every_s, self._monotonic = ask, script, every_s, monotonic
        self._kept: dict[str, Any] | AgentError | None = None
        self._asked_at = 0.0

    def told(self, key: str) -> Any:
        """What stands under `key`. Raises ProgramMissing, Unanswered; again until it is asked anew."""
        now_s = self._monotonic()
        if self._kept is None or now_s - self._asked_at >= self._every_s:
            self._asked_at = now_s
            try:
                self._kept = told(self._ask, self._script)
            except AgentError as error:
                self._kept = error
        if isinstance(self._kept, AgentError):
            raise self._kept
        if key not in self._kept:
            raise Unanswered(f"powershell: its answer lacks {key!r}")
        return self._kept[key]


class Slow:
    """A collector that may take its time: PowerShell starts slowly, and no single look matters."""

    limit_s = 120.0
    first_s = 60.0

    def overdue(self, now: datetime, waited_s: float) -> Reading | None:  # noqa: ARG002
        return None


def told(ask: Ask, script: str) -> dict[str, Any]:
    """`script` ends in a hashtable. Raises ProgramMissing, Unanswered."""
    return table(answer(ask, POWERSHELL, (*WORDS, f"{_BEGIN}{script}{_END}")), "powershell")


def whole(value: Any, most: int = 2**53) -> int | None:
    """A count or code; None where the system says nothing, or no such number."""
    sound = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most
    return int(value) if sound else None


def word(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def listed(value: Any, of: str) -> list[dict[str, Any]]:
    """The rows of a list. Raises Unanswered for anything else: no list is not an empty one."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Unanswered(f"powershell: no list of {of}")
    return value
