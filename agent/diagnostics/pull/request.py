"""What the agent asks of the child, and what the child says on its way: JSON, checked on arrival."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from agent.errors import AgentError


class RequestRefused(AgentError):
    """The request cannot be read; the text says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is a new file of the agent's own folder; `about` becomes an item: the agent's own state.

    Budgets: seconds of the wall clock and of processor for all, unpacked bytes of all items.
    """

    profile: str
    path: str
    agent_version: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    budget_s: float = 60.0
    budget_cpu_s: float = 20.0
    budget_bytes: int = 48 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the child's output: so many of so many items are there."""

    done: int
    total: int


def packed(request: Request) -> bytes:
    return json.dumps(asdict(request)).encode()


def unpacked(data: bytes) -> Request:
    """Raises RequestRefused."""
    try:
        return Request(**json.loads(data))
    except (ValueError, TypeError) as error:
        raise RequestRefused(f"request: {type(error).__name__}: {error}") from None


def step_line(step: Step) -> str:
    return json.dumps([step.done, step.total]) + "\n"


def step_from(line: bytes) -> Step | None:
    """None for a line that is none of ours."""
    try:
        done, total = json.loads(line)
        return Step(int(done), int(total))
    except (ValueError, TypeError):
        return None
