"""A machine's inventory: sections of plain values, as its agent told them, within limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

ONES = ("system", "hardware")
# Section by section what tells one entry from another; shown in this order.
KEYS: Mapping[str, str] = {
    "memory_modules": "slot",
    "disks": "name",
    "adapters": "name",
    "mounts": "path",
    "addresses": "address",
    "services": "name",
    "packages": "name",
}
LIMITS: Mapping[str, int] = {**dict.fromkeys(KEYS, 1_000), "packages": 6_000}

Value = str | int | bool
Entry = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Inventory:
    """`sha256` (hex) of the whole. `gaps`: section -> why it could not be read; its values are then those of
    the inventory before. `taken_at` is corrected by the machine's clock offset."""

    machine_id: UUID
    sha256: str
    taken_at: datetime
    ones: Mapping[str, Entry]
    lists: Mapping[str, Sequence[Entry]]
    gaps: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `before` None: it came; `after` None: it went; both: it changed.

    `section` and `field` are ours ("disks", "serial"); `name` is the entry's, "" for system and hardware.
    """

    section: str
    name: str
    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class DatedChange:
    at: datetime
    change: Change
