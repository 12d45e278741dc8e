"""What one agent sent: translated, within limits, instants already corrected by its clock's offset."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from controller.core.severity import Severity
from controller.fleet.allowance import Lack
from controller.fleet.intake.cursor import Gap, Lane
from controller.fleet.inventory.document import Entry as Item
from controller.fleet.series.packing import Layout


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """`raised` False is a clear. `began_at`: start (or, for a clear, end) of the symptom; `observed_at`: when
    the rule decided; neither lies after the receipt."""

    finding_id: UUID
    rule: str
    object: str
    raised: bool
    severity: Severity
    began_at: datetime
    observed_at: datetime
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReportedEvidence:
    """A bundle that already lies in the blob folder under `sha256` (hex)."""

    finding_id: UUID
    sha256: str
    size_bytes: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class ReportedSnapshot:
    taken_at: datetime
    layout: Layout
    packed: bytes
    gaps: Mapping[str, str] | None


@dataclass(frozen=True, slots=True)
class ReportedDropped:
    """The agent gave these metrics up for lack of room."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class ReportedDamage:
    records: int
    bytes: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReportedInventory:
    """What the machine is made of; `sha256` in hex, `gaps` by section."""

    sha256: str
    taken_at: datetime
    ones: Mapping[str, Item]
    lists: Mapping[str, Sequence[Item]]
    gaps: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NotKept:
    """A measurement for which there is no room (trust.md R9): only its place in the lane is noted."""


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """What could not be taken: named to the agent, kept in the machine's history, and acknowledged, so that
    one bad record never holds up the good ones behind it."""

    field: str
    limit: str


@dataclass(frozen=True, slots=True)
class RefusedEvidence(RefusedRecord):
    """A good bundle for which there was no room; `why` is said in its incident's timeline."""

    finding_id: UUID
    size_bytes: int
    why: Lack


Record = (
    ReportedFinding
    | ReportedEvidence
    | ReportedSnapshot
    | ReportedDropped
    | ReportedDamage
    | ReportedInventory
    | NotKept
    | RefusedEvidence
    | RefusedRecord
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A record and its place in its lane."""

    lane: Lane
    sequence: int
    record: Record


@dataclass(frozen=True, slots=True)
class Report:
    """Some entries of one stream; without any it asks where its lanes stand.

    `connected_at` is when that stream began: what was observed before it is history that is being replayed.
    `stated` holds the findings the agent said are open, as of `stated_at`, or None before it said so. Faults
    up to `refill_to` were committed here once and are lost: we were restored from an older backup (R5).
    """

    machine_id: UUID
    epoch: str
    received_at: datetime
    connected_at: datetime
    entries: tuple[Entry, ...]
    stated: frozenset[UUID] | None = None
    stated_at: datetime | None = None
    refill_to: int = 0


@dataclass(frozen=True, slots=True)
class Taken:
    """Per lane: up to where to acknowledge once the unit has committed, and what to ask for again."""

    acknowledged: Mapping[Lane, int]
    wanted: Mapping[Lane, tuple[Gap, ...]]
    refused: tuple[tuple[Lane, int, RefusedRecord], ...]
