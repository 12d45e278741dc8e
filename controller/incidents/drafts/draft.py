"""The words that one person is writing in one incident."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

FRESH = timedelta(minutes=5)
"""So long after the last key somebody counts as writing."""
FIELDS = (
    "body", "channel", "at", "reason", "told", "note", "remark", "length", "kind", "into", "level",
    "severity",
)  # fmt: skip
WORDS = ("body", "reason", "told", "note", "remark")


@dataclass(frozen=True, slots=True)
class Draft:
    """`act` is the form it stands in; `typed` its fields by name, as they were typed."""

    incident_id: UUID
    user_id: UUID
    act: str
    typed: Mapping[str, str]
    saved_at: datetime


def kept(typed: Mapping[str, str]) -> dict[str, str]:
    """The fields worth keeping; empty when there is no word among them."""
    if not any(typed.get(name, "").strip() for name in WORDS):
        return {}
    return {name: typed[name] for name in FIELDS if typed.get(name, "")}
