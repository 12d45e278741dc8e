"""Rules on what the machine is made of: nobody should have to find out by chance that a part was changed.

Each compares with what it saw last and remembers the change for a day; then its finding ends by itself.
"""

from agent.rules.inventory.disk import InventoryDisk
from agent.rules.inventory.memory import InventoryMemory
from agent.rules.inventory.system import InventorySystem
from agent.rules.rule import Rule

INVENTORY: tuple[Rule, ...] = (InventoryMemory(), InventoryDisk(), InventorySystem())
