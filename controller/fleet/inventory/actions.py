"""Take in a machine's inventory: compared with the one before, kept, its changes told."""

from dataclasses import dataclass
from uuid import UUID

from controller.core.events import Event
from controller.fleet.inventory import store
from controller.fleet.inventory.differences import carried_over, differences
from controller.fleet.inventory.document import Inventory
from controller.storage import Unit

CHANGES_LIMIT = 500
"""Of one inventory. A new release of the system changes a thousand packages: beyond this they are counted."""


@dataclass(frozen=True, slots=True)
class InventoryChanged(Event):
    """A machine's inventory differs from the one before in `count` places."""

    machine_id: UUID
    count: int


async def take_inventory(unit: Unit, told: Inventory) -> int:
    """How many changes it brought; the first one brings none, and an older one than is known is passed over.

    Announces `InventoryChanged`.
    """
    before = await store.inventory(unit.connection, told.machine_id)
    if before is not None and (before.sha256 == told.sha256 or before.taken_at > told.taken_at):
        return 0
    now = carried_over(before, told)
    found = differences(before, now) if before is not None else ()
    await store.keep(unit.connection, now, unit.now)
    await store.add_changes(unit.connection, told.machine_id, told.taken_at, found[:CHANGES_LIMIT])
    if found:
        unit.announce(InventoryChanged(told.machine_id, len(found)))
    return len(found)
