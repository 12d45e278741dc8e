"""An open pause: what is waited for, and until when at the longest."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

TOLD_CHARACTERS = 2_000


class Awaited(Enum):
    """What we wait for. The customer's consent to access is one of them (contract.md T5)."""

    CUSTOMER = "customer"
    CONSENT = "consent"
    THIRD_PARTY = "third_party"
    PART = "part"
    APPOINTMENT = "appointment"

    @property
    def reason(self) -> str:
        """The code that stands as the reason of the timeline's entry."""
        return f"waiting_for_{self.value}"


@dataclass(frozen=True, slots=True)
class Pause:
    """`until`: when it ends by itself; None while nobody has said so. `told`: our words to the customer, ""
    for the standard sentence."""

    incident_id: UUID
    awaited: Awaited
    since: datetime
    until: datetime | None
    told: str
