"""The board's management controller sees a part in a bad state: a power supply, a fan, a voltage.

Facts: `sensor_name`, `sensor_kind` (power_supply, fan, memory, cpu, board, enclosure, sensor), `sensor_state`
(ok, degraded, failed).
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import FAILED, OK, parts
from agent.rules.rule import Level, Memory, Sight
from agent.rules.terms import Terms
from agent.signals import Reading, Severity


class IpmiSensor:
    """High for a sensor in a critical state; critical for a power or cooling fault of the whole chassis."""

    id = "ipmi.sensor"
    reads = "ipmi"
    FACTS = ("sensor_name", "sensor_kind", "sensor_state")
    LIMITS = ()
    clear_s = 0.0
    forgets = True
    blind_max_s = 1800.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for part in parts(reading):
            if part.state is None:
                continue
            failed, whole = part.state == FAILED, part.kind == "enclosure"
            facts = {"sensor_name": part.name, "sensor_kind": part.kind, "sensor_state": part.state}
            level = Level(Severity.CRITICAL if whole else Severity.HIGH, failed, part.state == OK)
            yield Sight(f"{part.kind} {part.id}", (level,), facts)
