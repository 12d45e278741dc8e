"""An order: a durable command to one agent, and how far it has come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from controller.core.events import Event

LIFETIME = timedelta(hours=24)
PULL = "pull"
"""The one kind there is: collect a diagnostic profile and send the bundle."""

BUNDLE_LIMIT_BYTES = 512 * 1024 * 1024


class OrderState(Enum):
    """From top to bottom; the last four are ends."""

    QUEUED = "queued"
    SENT = "sent"
    COLLECTING = "collecting"
    UPLOADING = "uploading"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"

    @property
    def is_end(self) -> bool:
        return self in ENDS


ENDS = frozenset({OrderState.DONE, OrderState.REFUSED, OrderState.FAILED, OrderState.EXPIRED})


@dataclass(frozen=True, slots=True)
class Order:
    """`purpose_id` is the case it serves, `purpose` its name for people ("INC-1").

    `expires_at`: nothing of it is begun or taken after that. `items_*` count while it is collected, `bytes_*`
    while it is sent. `reason` is one word of ours, empty while all goes well; `detail` are the machine's own
    words, untrusted.
    """

    id: UUID
    machine_id: UUID
    kind: str
    arguments: Mapping[str, str]
    purpose_id: UUID
    purpose: str
    asked_by: str
    asked_by_id: UUID | None
    asked_at: datetime
    expires_at: datetime
    state: OrderState
    changed_at: datetime
    sent_at: datetime | None = None
    finished_at: datetime | None = None
    items_done: int = 0
    items_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    reason: str = ""
    detail: str = ""

    @property
    def profile(self) -> str:
        return self.arguments.get("profile", "")


@dataclass(frozen=True, slots=True)
class Progress:
    """What an agent says of an order, within limits. `state` is never QUEUED, SENT, DONE or EXPIRED."""

    order_id: UUID
    state: OrderState
    items_done: int = 0
    items_total: int = 0
    bytes_total: int = 0
    reason: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OrderChanged(Event):
    """It was asked, went on, or ended. `before` is None for a new one."""

    order: Order
    before: OrderState | None

    @property
    def has_ended(self) -> bool:
        return self.order.state.is_end and self.before is not self.order.state


def may_follow(before: OrderState, after: OrderState) -> bool:
    """An end is for ever; what an agent begins again after its restart may go back to collecting."""
    return not before.is_end and after is not OrderState.QUEUED
