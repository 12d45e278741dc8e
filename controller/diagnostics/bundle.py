"""A bundle of evidence, as the controller keeps it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Bundle:
    """`sha256` (hex) names the blob; `incident_id` is None when the fault was over before."""

    id: UUID
    machine_id: UUID
    incident_id: UUID | None
    finding_id: UUID
    sha256: str
    size_bytes: int
    taken_at: datetime
    received_at: datetime
