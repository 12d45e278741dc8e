"""One round of asking: from the first who were told until somebody has it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID


class About(Enum):
    """What was told: `warned` at the last fraction of a promise only."""

    OPENED = "opened"
    REOPENED = "reopened"
    ESCALATED = "escalated"
    WARNED = "warned"


class Step(Enum):
    """Whom it has reached: those on duty, the next in the rota's order, the rest of the rota, then the next
    level's duty and the administrators. There is nobody after them."""

    DUTY = 0
    NEXT = 1
    REST = 2
    HIGHER = 3


class Ended(Enum):
    """`superseded`: something newer asks now. `settled`: resolved or closed, nothing is left to hear."""

    ACKNOWLEDGED = "acknowledged"
    TAKEN = "taken"
    ANSWERED = "answered"
    SETTLED = "settled"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Told:
    """`id` as a recipient's: `user:<uuid>`."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Round:
    """`told`: everybody in the order of telling, each once. `due`: when the next are told unless somebody
    acknowledges; None when all have been. `ended_at` None: still waiting."""

    id: UUID
    incident_id: UUID
    about: About
    level: int
    asked_at: datetime
    wait: timedelta
    step: Step
    told: tuple[Told, ...]
    due: datetime | None
    ended_at: datetime | None = None
    ended: Ended | None = None
    ended_by: str = ""

    @property
    def names(self) -> str:
        return ", ".join(one.name for one in self.told)

    def at_step(self, step: Step, told: tuple[Told, ...], due: datetime | None) -> "Round":
        return replace(self, step=step, told=told, due=due)
