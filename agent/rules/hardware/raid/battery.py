"""The battery or capacitor behind a controller's write cache is bad: a power cut would lose what it holds.

Facts: `controller_name`, `battery_state` (ok, degraded, failed), `battery_model`.
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import DEGRADED, FAILED, OK, parts
from agent.rules.rule import Level, Memory, Sight
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class RaidBattery:
    """High, when it is so in two looks: a battery that learns its own charge seems bad for minutes."""

    id = "raid.battery"
    reads = "raid"
    FACTS = ("controller_name", "battery_state", "battery_model")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = 2400.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for battery in parts(reading, "battery"):
            if battery.state is None:
                continue
            bad = battery.state in (DEGRADED, FAILED)
            facts = {
                "controller_name": battery.id.partition("/")[0],
                "battery_state": battery.state,
                "battery_model": battery.model,
            }
            yield Sight(battery.id, (Level(Severity.HIGH, bad, battery.state == OK, 60.0),), facts)
