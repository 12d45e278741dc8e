"""The incident: what a customer suffers. Its timeline is the only truth; this row is the index of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from controller.core.severity import Severity


class CaseState(Enum):
    OPEN = "open"
    RESOLVED = "resolved"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Incident:
    """`number` counts from 1 and is shown as INC-`number`.

    `rule`, `object` and `facts` are a finding's (either language can render them); `summary` is a person's
    words where a person opened it, at most 2,000 characters. `cleared_at`: when the symptom was last seen
    to end, None while it lasts. `began_at` <= `opened_at` usually (T13 is their difference). `pressing_at`:
    when the promise ends that presses most, past when it is still owed; an index of the clocks, kept by those
    who read them, None where none presses.
    """

    id: UUID
    number: int
    customer_id: UUID
    site_id: UUID | None
    machine_id: UUID | None
    severity: Severity
    state: CaseState
    level: int
    rule: str
    object: str
    facts: Mapping[str, str]
    summary: str
    opened_at: datetime
    began_at: datetime
    cleared_at: datetime | None
    first_response_at: datetime | None
    owner_id: UUID | None
    finding_count: int
    updated_at: datetime
    pressing_at: datetime | None = None

    @property
    def reference(self) -> str:
        return f"INC-{self.number}"
