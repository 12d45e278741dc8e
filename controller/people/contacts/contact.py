"""Somebody at a customer's who writes to us, and their session in the portal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.actor import Actor, ActorKind


@dataclass(frozen=True, slots=True)
class Contact:
    """`email` is kept in lower case and unique within the customer. Whoever advises two customers is two
    contacts; `language` is "es" or "en". An inactive one cannot sign in and gets no link."""

    id: UUID
    customer_id: UUID
    name: str
    email: str
    language: str
    active: bool
    created_at: datetime

    @property
    def actor(self) -> Actor:
        """Without a role: no door for staff opens to it (`people.access`)."""
        return Actor(ActorKind.CUSTOMER, self.name, self.id)


@dataclass(frozen=True, slots=True)
class ContactSession:
    """A signed-in browser. `csrf` goes into every form."""

    contact: Contact
    csrf: str
    created_at: datetime
    expires_at: datetime
