"""A unit of systemd failed and stays down: the app, the mount or the timer behind it is not there.

Facts: `unit_name`, `unit_restarts` (how often systemd tried again; empty where it did not).
"""

from collections.abc import Iterable

from agent.names import UNIT
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity

UNITS_MAX = 64


class UnitFailed:
    """High at once, critical when a watch names the unit or one that needs it; over when systemd no longer
    calls it failed."""

    id = "unit.failed"
    reads = "units"
    FACTS = ("unit_name", "unit_restarts")
    LIMITS = ()
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        if reading.value("vigia.units.failed") is None:
            return
        failed = {one.attributes[UNIT] for one in reading.metrics if one.name == "vigia.unit.failed"}
        before = set(memory.get("failed", ()))
        memory["failed"] = sorted(failed)[:UNITS_MAX]
        for unit in sorted(failed | before):
            down = unit in failed
            named = unit in terms.watched or bool(reading.value("vigia.unit.needed", **{UNIT: unit}))
            levels = (
                Level(Severity.CRITICAL, down and named, not down or not named),
                Level(Severity.HIGH, down, not down),
            )
            restarts = reading.value("vigia.unit.restarts", **{UNIT: unit})
            facts = {"unit_name": unit, "unit_restarts": "" if restarts is None else plain(restarts)}
            yield Sight(unit, levels, facts)
