"""A processor or the board is too hot: dust, a dead fan, a closed cupboard.

Facts: `sensor_name`, `temperature_celsius`, `limit_celsius`, what was crossed.
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import parts
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

COOLER = 5.0


class TemperatureHigh:
    """High above the chip's own high limit for 5 min (workstations 15), critical from its critical one."""

    id = "temperature.high"
    reads = "sensors"
    FACTS = ("sensor_name", "temperature_celsius", "limit_celsius")
    # Laptops and desktops live near their limit, and their fans follow late.
    LIMITS = (Limit("high_minutes", 5, 1, 1440, workstation=15),)
    clear_s = 2 * MINUTE_S
    forgets = True
    blind_max_s = 300.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        for sensor in parts(reading, "temperature"):
            now = sensor.figure("hw.temperature")
            high = sensor.figure("hw.temperature.limit", "high.degraded")
            critical = sensor.figure("hw.temperature.limit", "high.critical")
            limit = high if high is not None else critical
            if now is None or limit is None:
                continue  # without a limit of the maker nobody can say what is too much
            burning = critical is not None and now >= critical
            levels = (
                Level(Severity.CRITICAL, burning, critical is None or now < critical - COOLER),
                Level(
                    Severity.HIGH,
                    high is not None and now > high,
                    now <= limit - COOLER,
                    terms["high_minutes"] * MINUTE_S,
                ),
            )
            facts = {
                "sensor_name": sensor.name,
                "temperature_celsius": plain(now),
                "limit_celsius": plain(critical if burning and critical is not None else limit),
            }
            yield Sight(sensor.id, levels, facts)
