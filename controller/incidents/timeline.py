"""Entries of an incident's timeline: append-only, each with when it happened and when we knew."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID

from controller.core.actor import ActorKind


class EntryKind(Enum):
    """The first block is what the clocks read (contract.md T9); the rest is for people."""

    OPENED = "opened"
    REOPENED = "reopened"
    RESPONDED = "responded"
    UPDATED_CUSTOMER = "updated_customer"
    SEVERITY_CHANGED = "severity_changed"
    ESCALATED = "escalated"
    PAUSED = "paused"
    RESUMED = "resumed"
    RESOLVED = "resolved"
    CLOSED = "closed"

    NOTE = "note"
    CUSTOMER_MESSAGE = "customer_message"
    REQUEST_JOINED = "request_joined"
    FINDING_JOINED = "finding_joined"
    SYMPTOM_CLEARED = "symptom_cleared"
    SYMPTOM_RETURNED = "symptom_returned"
    EVIDENCE_ATTACHED = "evidence_attached"
    EVIDENCE_REFUSED = "evidence_refused"
    ATTEMPTS_RECORDED = "attempts_recorded"
    OWNER_CHANGED = "owner_changed"
    WARNED = "warned"
    BREACHED = "breached"
    NOTICE_QUEUED = "notice_queued"
    ACKNOWLEDGED = "acknowledged"
    UNACKNOWLEDGED = "unacknowledged"
    PULL_ASKED = "pull_asked"
    PULL_REFUSED = "pull_refused"
    PULL_FAILED = "pull_failed"
    PULL_EXPIRED = "pull_expired"
    PROBLEM_LINKED = "problem_linked"
    PROBLEM_UNLINKED = "problem_unlinked"
    SOLUTION_SENT = "solution_sent"
    DUPLICATE_JOINED = "duplicate_joined"
    DUPLICATE_LEFT = "duplicate_left"
    FOLLOWED = "followed"


@dataclass(frozen=True, slots=True)
class Entry:
    """`at`: when it happened; `recorded_at`: when we knew. `for_customer` says whether the customer sees it.

    `auto` marks what no human said (T2). `facts`: ids and numbers, never sentences; `body`: a person's words,
    at most 64 KiB, shown escaped everywhere.
    """

    id: UUID
    incident_id: UUID
    kind: EntryKind
    at: datetime
    recorded_at: datetime
    actor_kind: ActorKind
    actor_name: str
    actor_id: UUID | None = None
    for_customer: bool = False
    auto: bool = False
    severity: str | None = None
    level: int | None = None
    channel: str | None = None
    reason: str | None = None
    body: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
