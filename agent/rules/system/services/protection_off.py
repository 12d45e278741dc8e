"""A firewall or a security product that is meant to run does not.

Facts: `product_name`, `product_enabled` (1 when it is to be started with the machine, 0 when somebody
switched it off after it was seen running).
"""

from collections.abc import Iterable

from agent.names import PROTECTION
from agent.rules.rule import HOUR_S, Level, Memory, Sight, by_object
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class ProtectionOff:
    """High when it was seen running, or is enabled, and does not run at two looks in a row."""

    id = "protection.off"
    reads = "protection"
    FACTS = ("product_name", "product_enabled")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = HOUR_S
    # Longer than nothing: an update stops and starts it between two looks.
    hold_s = 60.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        seen = by_object(reading, PROTECTION, "vigia.protection.active", "vigia.protection.enabled")
        for product, values in seen.items():
            active = bool(values["vigia.protection.active"])
            enabled = bool(values.get("vigia.protection.enabled"))
            if active:
                memory[product] = True
            off = not active and (enabled or bool(memory.get(product)))
            facts = {"product_name": product, "product_enabled": str(int(enabled))}
            yield Sight(product, (Level(Severity.HIGH, off, active, self.hold_s),), facts)
