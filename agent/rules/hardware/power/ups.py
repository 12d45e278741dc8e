"""The power is out and the UPS keeps the machine alive: for how long?

Facts: `ups_name`, `on_battery` and `battery_low` ("1" or "0"), `charge_ratio` (0..1) and `time_left_s`, empty
where the UPS does not tell.
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import parts
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

ENOUGH = 0.10


class UpsBattery:
    """High on battery for 2 min; critical on battery below 25 %, or when the UPS says that it is low.

    A charge that is low while the mains are there is a battery being charged again.
    """

    id = "ups.battery"
    reads = "ups"
    FACTS = ("ups_name", "on_battery", "battery_low", "charge_ratio", "time_left_s")
    LIMITS = (Limit("critical_percent", 25, 5, 90), Limit("high_minutes", 2, 0, 60))
    clear_s = MINUTE_S
    forgets = False
    blind_max_s = 180.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        low_ratio = terms["critical_percent"] / 100
        for ups in parts(reading, "ups"):
            on, low = ups.figure("vigia.ups.on_battery"), ups.figure("vigia.ups.battery_low")
            if on is None or low is None:
                continue
            charge, left_s = ups.figure("hw.battery.charge"), ups.figure("hw.battery.time_left")
            short = bool(low) or (bool(on) and charge is not None and charge < low_ratio)
            enough = not low and (not on or (charge is not None and charge >= low_ratio + ENOUGH))
            levels = (
                Level(Severity.CRITICAL, short, enough),
                Level(Severity.HIGH, bool(on), not on, terms["high_minutes"] * MINUTE_S),
            )
            facts = {
                "ups_name": ups.name,
                "on_battery": plain(on),
                "battery_low": plain(low),
                "charge_ratio": "" if charge is None else plain(charge),
                "time_left_s": "" if left_s is None else plain(left_s),
            }
            yield Sight(ups.id, levels, facts)
