"""Whether a token and a key make a machine: a pure decision (trust.md "Enrolment")."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from controller.fleet.machine import MachineRole

TOKEN_LIFE = timedelta(hours=24)
# A reply may be lost on the way; for so long the same request gets the same answer.
REPEAT_WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Token:
    """A row of the tokens; the token itself is not in it. The last four are set by its one use."""

    digest: str
    customer_id: UUID
    site_id: UUID | None
    role: MachineRole
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    machine_id: UUID | None
    key_sha256: str | None
    certificate_der: bytes | None


class Outcome(Enum):
    """All but the first two look the same from outside."""

    FRESH = "fresh"
    REPEATED = "repeated"
    UNKNOWN = "unknown token"
    EXPIRED = "expired token"
    USED = "used token"
    OTHER_KEY = "used token with another key"


def decide(token: Token | None, key_sha256: str, now: datetime) -> Outcome:
    if token is None:
        return Outcome.UNKNOWN
    if token.used_at is not None:
        if token.key_sha256 != key_sha256:
            return Outcome.OTHER_KEY
        return Outcome.REPEATED if now - token.used_at <= REPEAT_WINDOW else Outcome.USED
    return Outcome.FRESH if now < token.expires_at else Outcome.EXPIRED
