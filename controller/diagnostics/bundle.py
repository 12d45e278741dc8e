"""A bundle of evidence, as the controller keeps it: taken for a finding, or pulled by an order."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Bundle:
    """`sha256` (hex) names the blob; `incident_id` is None when the fault was over before. Exactly one of
    `finding_id` and `order_id` says why it was taken; `profile` is that of the order."""

    id: UUID
    machine_id: UUID
    incident_id: UUID | None
    finding_id: UUID | None
    sha256: str
    size_bytes: int
    taken_at: datetime
    received_at: datetime
    order_id: UUID | None = None
    profile: str = ""
