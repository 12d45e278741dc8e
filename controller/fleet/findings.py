"""What an agent (or the controller itself) reported: a finding, as the story passes it on.

The controller's own twin of the agent's finding: three programs share only the street (`protos`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from controller.core.events import Event
from controller.core.severity import Severity

# The controller's own findings (detection): no agent may state one, and none can end it. A silent place hangs
# on the machine that was there first; its other machines are in the facts.
SILENCE = "agent.silent"
PLACE_SILENCE = "site.silent"
CLONED = "agent.cloned"
OWN_RULES = frozenset({SILENCE, PLACE_SILENCE, CLONED})


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's word on one object of one machine.

    `began_at`: the start of the symptom (for a clear: its end), already corrected by the measured clock
    offset. `opened_at`: when we could know (contract.md T2). `facts` are untrusted text, units in the keys.
    """

    finding_id: UUID
    machine_id: UUID
    rule: str
    object: str
    severity: Severity
    began_at: datetime
    opened_at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FindingRaised(Event):
    """An agent's rule entered, or changed its severity; or the controller itself saw a machine go silent.

    `already_over` is set when the same batch of replayed history holds its clear (trust.md R4).
    """

    finding: Finding
    already_over: bool = False


@dataclass(frozen=True, slots=True)
class FindingCleared(Event):
    """The symptom is gone, as of `finding.began_at`."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class ConditionsRestated(Event):
    """All that is wrong on a machine right now, in the agent's own words (trust.md R3)."""

    machine_id: UUID
    stated_at: datetime
    conditions: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class EvidenceReceived(Event):
    """A small bundle for a finding is stored as a blob."""

    machine_id: UUID
    finding_id: UUID
    sha256: str
    size_bytes: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class EvidenceRefused(Event):
    """There was no room for a bundle. `why` is the value of a `Lack`."""

    machine_id: UUID
    finding_id: UUID
    size_bytes: int
    why: str
