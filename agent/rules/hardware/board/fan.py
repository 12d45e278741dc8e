"""A fan that used to turn stands still: what it cooled overheats next.

Facts: `fan_name`, `fan_rpm`, `too_hot` ("1" when a temperature of the machine is above its high limit).
"""

from collections.abc import Iterable

from agent.role import Role
from agent.rules.hardware.parts import Part, parts
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

TURNED_LOOKS = 5


class FanStopped:
    """High after 2 min, critical with a temperature above high. A header that never turned has no fan.

    A fan that is told to stand still (0 %) may; laptops and desktops stop theirs when cool, and are judged
    only when something is too hot.
    """

    id = "fan.stopped"
    reads = "sensors"
    FACTS = ("fan_name", "fan_rpm", "too_hot")
    LIMITS = (Limit("high_minutes", 2, 0, 1440),)
    clear_s = MINUTE_S
    forgets = True
    blind_max_s = 300.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        hold_s = terms["high_minutes"] * MINUTE_S
        hot = any(_too_hot(one) for one in parts(reading, "temperature"))
        for fan in parts(reading, "fan"):
            rpm = fan.figure("hw.fan.speed")
            if rpm is None:
                continue
            if rpm > 0:
                memory[fan.id] = min(TURNED_LOOKS, memory.get(fan.id, 0) + 1)
            meant = fan.figure("vigia.fan.commanded") == 0
            stands = rpm == 0 and not meant and memory.get(fan.id, 0) >= TURNED_LOOKS
            counts = stands and (terms.role is Role.SERVER or hot)
            levels = (
                Level(Severity.CRITICAL, stands and hot, not stands or not hot, hold_s),
                Level(Severity.HIGH, counts, not stands, hold_s),
            )
            yield Sight(
                fan.id, levels, {"fan_name": fan.name, "fan_rpm": plain(rpm), "too_hot": str(int(hot))}
            )


def _too_hot(sensor: Part) -> bool:
    now, high = sensor.figure("hw.temperature"), sensor.figure("hw.temperature.limit", "high.degraded")
    return now is not None and high is not None and now > high
