"""Another system runs, or another major version of it. Facts: `os_before`, `os_after`."""

from collections.abc import Iterable

from agent.rules.inventory.change import change, is_over, sight
from agent.rules.rule import Memory, Sight
from agent.rules.terms import Limit, Terms
from agent.signals import Reading


class InventorySystem:
    """Normal."""

    id = "inventory.system"
    reads = "inventory"
    FACTS = ("os_before", "os_after")
    LIMITS: tuple[Limit, ...] = ()
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for metric in reading.metrics:
            if metric.name == "vigia.inventory.system":
                now = f"{metric.attributes['name']} {metric.attributes['version']}".strip()
                before = memory.setdefault("system", now)
                if before != now:
                    memory["change"] = change({"os_before": before, "os_after": now}, reading.taken_at)
                    memory["system"] = now
        if "change" in memory:
            yield sight("", memory["change"], reading.taken_at)
            if is_over(memory["change"], reading.taken_at):
                del memory["change"]
