"""The size of the memory changed: a module was taken, added, or is not seen any more.

Facts: `memory_before_bytes`, `memory_total_bytes`.
"""

from collections.abc import Iterable

from agent.rules.inventory.change import change, is_over, sight
from agent.rules.rule import Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

# Another kernel keeps a little more or less for itself.
SAME_RATIO = 0.03


class InventoryMemory:
    """High when it shrank, normal when it grew."""

    id = "inventory.memory"
    reads = "inventory"
    FACTS = ("memory_before_bytes", "memory_total_bytes")
    LIMITS: tuple[Limit, ...] = ()
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        total = reading.value("vigia.inventory.memory")
        if total is None:
            return
        before = float(memory.setdefault("bytes", total))
        if abs(total - before) > SAME_RATIO * before:
            facts = {"memory_before_bytes": plain(before), "memory_total_bytes": plain(total)}
            severity = Severity.HIGH if total < before else Severity.NORMAL
            memory["change"] = change(facts, reading.taken_at, severity)
            memory["bytes"] = total
        if "change" in memory:
            yield sight("", memory["change"], reading.taken_at)
            if is_over(memory["change"], reading.taken_at):
                del memory["change"]
