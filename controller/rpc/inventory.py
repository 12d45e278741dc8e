"""An agent's inventory as our document. Everything from outside is checked here, and refused by name."""

from datetime import datetime
from typing import Any

from google.protobuf.message import Message

from controller.core.errors import Invalid
from controller.fleet.intake.report import ReportedInventory
from controller.fleet.inventory.document import KEYS, LIMITS, ONES, Entry
from controller.fleet.limits import stored, within
from protos.vigia.v1 import inventory_pb2

# What the databases' integers hold.
_NUMBER_LIMIT = 2**63 - 1


def inventory(message: inventory_pb2.Inventory, taken_at: datetime) -> ReportedInventory:
    """Raises `Invalid` naming field and limit."""
    if len(message.sha256) != 32:
        raise Invalid("inventory.sha256", "must be 32 bytes")
    ones = {section: _entry(f"inventory.{section}", getattr(message, section)) for section in ONES}
    lists: dict[str, list[Entry]] = {}
    for section in KEYS:
        entries = getattr(message, section)
        if len(entries) > LIMITS[section]:
            raise Invalid(f"inventory.{section}", f"at most {LIMITS[section]}")
        lists[section] = [_entry(f"inventory.{section}", one) for one in entries]
    gaps = {
        gap.section: stored(within("inventory.gaps.reason", gap.reason))
        for gap in message.gaps[:32]
        if gap.section in (*ONES, *KEYS)
    }
    return ReportedInventory(message.sha256.hex(), taken_at, ones, lists, gaps)


def _entry(field: str, message: Message) -> Entry:
    """Every field of it, the unset ones too: an empty text is a fact that was not known."""
    return {
        one.name: _value(f"{field}.{one.name}", getattr(message, one.name))
        for one in message.DESCRIPTOR.fields
    }


def _value(field: str, value: Any) -> str | int | bool:
    if isinstance(value, str):
        return stored(within(field, value))
    if isinstance(value, bool):
        return value
    if not 0 <= value <= _NUMBER_LIMIT:
        raise Invalid(field, "is no number that can be kept")
    return int(value)
