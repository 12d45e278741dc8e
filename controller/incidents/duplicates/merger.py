"""That one incident goes on for another."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

UNDONE_WITHIN = timedelta(days=1)
"""Later the survivor's story and the customer's mind have moved on: open a new incident instead."""
MERGED = "merged_into_another"
"""The reason with which the merged one is closed; reports read it."""
UNMERGED = "unmerged"


@dataclass(frozen=True, slots=True)
class Merger:
    merged_id: UUID
    survivor_id: UUID
    at: datetime
    by: str
