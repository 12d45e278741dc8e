"""A broadcast, the draft of one customer's message, and who may approve it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.actor import Actor, ActorKind
from controller.core.errors import Refused
from controller.problems.problem import ProblemState

SENDABLE = frozenset({ProblemState.VERIFIED, ProblemState.CLOSED})
"""A solution goes out once it was verified (cause.md); a problem that is moved back holds the rest back."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`round` counts from 1: a second solution of the same problem is another broadcast.
    `released_at` is None until somebody sends it."""

    id: UUID
    problem_id: UUID
    round: int
    drafted_by: str
    drafted_at: datetime
    released_by: str
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class Draft:
    """What one customer will read. `writer_ids` are those whose words these are; none of them may approve.

    `edited`: a person changed it after it was made from the solution. `told_at` is when it was put into the
    outbox, with the incidents `told_about` (references).
    """

    id: UUID
    broadcast_id: UUID
    customer_id: UUID
    language: str
    solution_id: UUID
    body: str
    edited: bool
    writer_ids: tuple[str, ...]
    writer_name: str
    written_at: datetime
    approver_id: UUID | None
    approver_name: str
    approved_at: datetime | None
    told_at: datetime | None
    told_about: tuple[str, ...]

    @property
    def approver(self) -> Actor | None:
        """Whose update it is on the customer's incidents."""
        if self.approver_id is None:
            return None
        return Actor(ActorKind.PERSON, self.approver_name, self.approver_id)


def check_second_pair(draft: Draft, actor: Actor, customer: str) -> None:
    """Another member of staff than the writer, by name; administrators too. Raises `Refused`."""
    if actor.kind is not ActorKind.PERSON or actor.id is None:
        raise Refused("approving needs a member of staff by name; use --as LOGIN")
    if str(actor.id) in draft.writer_ids:
        raise Refused(f"{actor.name} wrote the message to {customer}; a second pair of eyes must approve it")
