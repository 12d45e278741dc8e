"""A service falls over and is started again, over and over: it looks alive and serves nobody.

Facts: `unit_name`, `unit_restarts` (since systemd loaded it), `unit_restarts_15m`.
"""

from collections.abc import Iterable

from agent.names import UNIT
from agent.rules.rule import MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

WINDOW_S = 15 * MINUTE_S


class CrashLoop:
    """High from 3 restarts in 15 min, critical when a watch names the unit or one that needs it; over after
    15 min without one.

    A unit that ended in failure is `unit.failed`'s to tell. The first count ever seen is the base.
    """

    id = "unit.crash_loop"
    reads = "units"
    FACTS = ("unit_name", "unit_restarts", "unit_restarts_15m")
    LIMITS = (Limit("high_restarts", 3, 1, 1000),)
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        if reading.value("vigia.units.failed") is None:
            return
        at_s = reading.taken_at.timestamp()
        failed = {one.attributes[UNIT] for one in reading.metrics if one.name == "vigia.unit.failed"}
        counts = {
            one.attributes[UNIT]: one.value for one in reading.metrics if one.name == "vigia.unit.restarts"
        }
        first = "known" not in memory
        memory["known"] = True
        units = memory.setdefault("units", {})
        for unit, count in counts.items():
            # A service seen for the first time after the first look began at none.
            points = units.setdefault(unit, [[at_s, count if first else 0.0]])
            if count < points[-1][1]:  # loaded anew
                points[:] = [[at_s, 0.0]]
            if count != points[-1][1]:
                points.append([at_s, count])
            # The last point before the window is what growth is counted from.
            while len(points) > 1 and points[1][0] < at_s - WINDOW_S:
                points.pop(0)
        for unit in sorted(units):
            points = units[unit]
            if unit not in counts:
                del units[unit]
            recent = points[-1][1] - points[0][1] if points[-1][0] >= at_s - WINDOW_S else 0.0
            looping = recent >= terms["high_restarts"] and unit not in failed
            over = not recent or unit in failed or unit not in counts
            named = unit in terms.watched or bool(reading.value("vigia.unit.needed", **{UNIT: unit}))
            levels = (
                Level(Severity.CRITICAL, looping and named, over or not named),
                Level(Severity.HIGH, looping, over),
            )
            facts = {
                "unit_name": unit,
                "unit_restarts": plain(points[-1][1]),
                "unit_restarts_15m": plain(recent),
            }
            yield Sight(unit, levels, facts)
