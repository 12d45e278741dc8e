"""A request and what asks for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from controller.core.errors import Conflict, Invalid


class RequestKind(Enum):
    """`engineering`: something for one customer; `work_order`: to install, configure, maintain, train."""

    BUG = "bug"
    CHANGE = "change"
    FEATURE = "feature"
    ENGINEERING = "engineering"
    WORK_ORDER = "work_order"


class RequestState(Enum):
    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Request:
    """`number` counts from 1 and is shown as REQ-`number`. `reason` is why it is in its state, a person's
    words; it must be given for `declined`. Title at most 255 characters, body 64 KiB."""

    id: UUID
    number: int
    kind: RequestKind
    state: RequestState
    title: str
    body: str
    reason: str
    created_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def reference(self) -> str:
        return f"REQ-{self.number}"


@dataclass(frozen=True, slots=True)
class Asking:
    """One incident that asks for it. A customer counts once, however many of theirs do."""

    request_id: UUID
    incident_id: UUID
    customer_id: UUID
    joined_at: datetime
    joined_by: str


def check_move(request: Request, target: RequestState, reason: str) -> None:
    """Any state may follow any other; going nowhere is a `Conflict`, declining without a reason `Invalid`."""
    if target is request.state:
        raise Conflict(f"{request.reference} is {target.value} already")
    if target is RequestState.DECLINED and not reason:
        raise Invalid("reason", "is empty", "Say why it is declined: somebody asked for it")
