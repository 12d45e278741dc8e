"""Whom we serve, and where."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Customer:
    """`language` is "es" or "en"; `zone` an IANA name; notices go to `contact_email` when there is one."""

    id: UUID
    name: str
    language: str
    zone: str
    contact_name: str
    contact_email: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Site:
    """A place of a customer's. Names are unique within the customer."""

    id: UUID
    customer_id: UUID
    name: str
