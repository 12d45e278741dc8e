"""A maintenance window, and what was held back in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from controller.core.errors import Conflict, Invalid
from controller.fleet.machine import Machine

LONGEST = timedelta(days=14)
REASON_MAX = 2000


@dataclass(frozen=True, slots=True)
class Window:
    """Of a whole customer, of one of its sites, or of one machine: the narrowest that is named. The start
    counts, the end does not. `ended_early_at`: a person ended it; `ends_at` is that instant then."""

    id: UUID
    number: int
    customer_id: UUID
    site_id: UUID | None
    machine_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    reason: str
    by: str
    created_at: datetime
    ended_early_at: datetime | None = None

    def covers(self, machine: Machine) -> bool:
        if self.machine_id is not None:
            return self.machine_id == machine.id
        if self.site_id is not None:
            return self.site_id == machine.site_id
        return self.customer_id == machine.customer_id

    def state(self, now: datetime) -> str:
        """`coming`, `open` or `over`."""
        if now < self.starts_at:
            return "coming"
        return "open" if now < self.ends_at else "over"


@dataclass(frozen=True, slots=True)
class Held:
    """A finding that would have been an incident. `judged_at`: when the window's end decided about it, and
    `became_incident` how; it had cleared otherwise."""

    window_id: UUID
    finding_id: UUID
    machine_id: UUID
    rule: str
    object: str
    at: datetime
    judged_at: datetime | None = None
    became_incident: bool = False


def covering(windows: Iterable[Window], machine: Machine) -> Window | None:
    """The one that ends last."""
    fitting = [window for window in windows if window.covers(machine)]
    return max(fitting, key=lambda window: window.ends_at, default=None)


def checked(starts_at: datetime, ends_at: datetime, reason: str, now: datetime) -> None:
    """Raises `Invalid` naming field, limit and way out; `Conflict` for one that is over before it begins."""
    if not reason.strip():
        raise Invalid("reason", "is empty", "Say what is done there")
    if len(reason) > REASON_MAX:
        raise Invalid("reason", f"has {len(reason)} characters, at most {REASON_MAX} are kept", "Say less")
    if ends_at <= starts_at:
        raise Invalid("to", "is not after from", "Give a later end")
    if ends_at - starts_at > LONGEST:
        raise Invalid("to", f"is more than {LONGEST.days} days after from", "Give a nearer end")
    if ends_at <= now:
        raise Conflict("a window that is over would hold nothing back")
