"""Who acts. Every write names one; the timeline and the audit keep it."""

from dataclasses import dataclass
from enum import Enum
from uuid import UUID


class ActorKind(Enum):
    """`engine`: the clocks acting by themselves; `system`: the controller's own housekeeping."""

    PERSON = "person"
    CUSTOMER = "customer"
    AGENT = "agent"
    ENGINE = "engine"
    SYSTEM = "system"


class Role(Enum):
    """What a member of staff may do. Each role may do what the roles below it may."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is what a timeline shows; `id` is a user's, an agent's or None for the engine."""

    kind: ActorKind
    name: str
    id: UUID | None = None
    role: Role | None = None


ENGINE = Actor(ActorKind.ENGINE, "engine")
SYSTEM = Actor(ActorKind.SYSTEM, "system")
