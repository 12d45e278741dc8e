"""Members of staff and their sessions."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.actor import Actor, ActorKind, Role


@dataclass(frozen=True, slots=True)
class User:
    """`level` 1..3 is the support level worked at; `on_duty` says that its notices go to this person now.

    `language` is "es" or "en"; `zone` an IANA name for the times shown. `has_password` is False until the
    one-time link was used.
    """

    id: UUID
    login: str
    name: str
    email: str
    language: str
    zone: str
    role: Role
    level: int
    on_duty: bool
    active: bool
    has_password: bool
    created_at: datetime

    @property
    def actor(self) -> Actor:
        return Actor(ActorKind.PERSON, self.name, self.id, self.role)


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `csrf` goes into every form; `expires_at` moves on with use, up to a week."""

    user: User
    csrf: str
    created_at: datetime
    expires_at: datetime
