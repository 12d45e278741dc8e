"""A laptop's battery holds little of what it was built for: it will die in the field.

Facts: `battery_name`, `battery_model`, `health_ratio` (full charge by design charge, 0..1).
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import parts
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity


class BatteryWear:
    """Normal below half of the design charge, never more: nobody is to be woken for it."""

    id = "battery.wear"
    reads = "batteries"
    FACTS = ("battery_name", "battery_model", "health_ratio")
    LIMITS = (Limit("normal_percent", 50, 10, 90),)
    clear_s = 0.0
    forgets = True
    blind_max_s = 1800.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for battery in parts(reading, "battery"):
            health = battery.figure("vigia.battery.health")
            if health is None:
                continue
            worn = terms["normal_percent"] / 100
            facts = {
                "battery_name": battery.name,
                "battery_model": battery.model,
                "health_ratio": plain(health),
            }
            yield Sight(battery.id, (Level(Severity.NORMAL, health < worn, health > worn + 0.1),), facts)
