"""The problem, and the way from a suspicion to a verified solution."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from controller.core.errors import Conflict, Invalid


class ProblemState(Enum):
    """In the order in which a problem goes (cause.md, Problems and solutions)."""

    OPEN = "open"
    INVESTIGATING = "investigating"
    KNOWN_ERROR = "known_error"
    SOLUTION_PROPOSED = "solution_proposed"
    VERIFIED = "verified"
    CLOSED = "closed"

    @property
    def rank(self) -> int:
        return tuple(ProblemState).index(self)


@dataclass(frozen=True, slots=True)
class Problem:
    """`number` counts from 1 and is shown as PRB-`number`. Texts are for staff, in any language, empty until
    somebody writes them; what customers read is the `Solution`."""

    id: UUID
    number: int
    title: str
    state: ProblemState
    owner_id: UUID | None
    component: str
    root_cause: str
    workaround: str
    opened_at: datetime
    updated_at: datetime

    @property
    def reference(self) -> str:
        return f"PRB-{self.number}"


@dataclass(frozen=True, slots=True)
class Link:
    """An incident belongs to one problem at most."""

    incident_id: UUID
    problem_id: UUID
    customer_id: UUID
    linked_at: datetime
    linked_by: str


@dataclass(frozen=True, slots=True)
class Solution:
    """What customers read, in one language; a change is a new version. `writer_id` is None for somebody at
    the controller's own machine who is no member of staff. `steps` are one a line."""

    id: UUID
    problem_id: UUID
    language: str
    text: str
    steps: str
    writer_id: UUID | None
    writer_name: str
    written_at: datetime
    approver_id: UUID | None
    approver_name: str
    approved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Chapter:
    """One line of a problem's own history. `facts` are ids and numbers, `body` a person's words."""

    id: UUID
    problem_id: UUID
    kind: str
    at: datetime
    actor_name: str
    facts: dict[str, str]
    body: str


def check_move(problem: Problem, target: ProblemState, reason: str, *, has_solution: bool) -> None:
    """Forward with what the new state states; backward, or closed unsolved, with a reason."""
    if target is problem.state:
        raise Conflict(f"{problem.reference} is {target.value} already")
    backward = target.rank < problem.state.rank
    unsolved = target is ProblemState.CLOSED and problem.state is not ProblemState.VERIFIED
    if (backward or unsolved) and not reason:
        raise Invalid("reason", "is empty", "Say why it goes back, or why it is closed unsolved")
    if target is ProblemState.KNOWN_ERROR and not problem.workaround:
        raise Conflict(f"{problem.reference} has no workaround yet; write it first")
    if target in (ProblemState.SOLUTION_PROPOSED, ProblemState.VERIFIED) and not has_solution:
        raise Conflict(f"{problem.reference} has no solution yet; write it first")
    if target is ProblemState.VERIFIED and problem.state.rank < ProblemState.SOLUTION_PROPOSED.rank:
        raise Conflict(f"{problem.reference} is {problem.state.value}; propose the solution first")
