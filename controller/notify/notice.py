"""A notice and its recipient."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

ATTEMPTS_FOR = timedelta(days=3)
"""After this long without success a notice is given up, and says so in the log."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """`id` is stable (`user:<uuid>`, `contact:<customer's uuid>`): it is part of a notice's natural key.
    `address` is a mail address, empty where there is none; `zone` an IANA name for the times in the text."""

    id: str
    name: str
    address: str
    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A row of the outbox. `key` says what it is about and to whom, and is unique: nobody is told twice.

    `channel` is empty until it was sent. `gave_up_at`: nobody could be told for three days, or the address
    was refused for good. `template`: it is not worded yet; then subject and body are empty, and this with
    `facts` and `zone` is what it says.
    """

    id: UUID
    key: str
    subject_id: UUID | None
    recipient: str
    address: str
    language: str
    subject: str
    body: str
    auto: bool
    created_at: datetime
    attempts: int
    fence: int
    sent_at: datetime | None
    gave_up_at: datetime | None
    channel: str
    last_error: str
    template: str | None = None
    facts: Mapping[str, str] | None = None
    zone: str | None = None

    @property
    def message_id(self) -> str:
        """The same for every attempt: a mail server that got it twice can tell."""
        return hashlib.sha256(self.key.encode()).hexdigest()[:40]


def retry_after(attempts: int) -> timedelta:
    """15 s, 30 s, 1 min ... up to half an hour."""
    return min(timedelta(seconds=15 * 2 ** min(attempts - 1, 10)), timedelta(minutes=30))
