"""A disk was replaced, or is not there any more. What is plugged in from outside comes and goes unsaid.

Facts: `disk_before`, `disk_after` (model and serial; empty: none), `disk_size_bytes`.
"""

from collections.abc import Iterable, Mapping

from agent.rules.inventory.change import change, is_over, sight
from agent.rules.rule import Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading


class InventoryDisk:
    """Normal. A disk is known by its serial: that the system names it otherwise today is no change."""

    id = "inventory.disk"
    reads = "inventory"
    FACTS = ("disk_before", "disk_after", "disk_size_bytes")
    LIMITS: tuple[Limit, ...] = ()
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        now = _disks(reading)
        if not now:
            return  # a machine has one: they could not be read
        before: Mapping[str, Mapping[str, str]] = memory.get("disks", now)
        changes = memory.setdefault("changes", {})
        by_name = {disk["name"]: disk for serial, disk in now.items() if serial not in before}
        for serial, disk in before.items():
            if serial not in now:
                after = by_name.get(disk["name"])
                facts = {
                    "disk_before": disk["told"],
                    "disk_after": after["told"] if after else "",
                    "disk_size_bytes": after["size"] if after else disk["size"],
                }
                changes[disk["name"]] = change(facts, reading.taken_at)
        memory["disks"] = now
        for name, seen in list(changes.items()):
            yield sight(name, seen, reading.taken_at)
            if is_over(seen, reading.taken_at):
                del changes[name]


def _disks(reading: Reading) -> dict[str, dict[str, str]]:
    """By serial; a disk without one cannot be told from another."""
    return {
        metric.attributes["serial"]: {
            "name": metric.attributes["name"],
            "told": f"{metric.attributes['model']} {metric.attributes['serial']}".strip(),
            "size": plain(metric.value),
        }
        for metric in reading.metrics
        if metric.name == "vigia.inventory.disk" and metric.attributes.get("serial")
    }
