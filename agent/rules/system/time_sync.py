"""The machine's clock is off, or nobody keeps it: logins, signatures and certificates fail.

Facts: `time_offset_s` (positive: ahead; empty where unknown), `time_source` (controller or chrony),
`time_synchronized` (1, 0, or empty where unknown), `time_unsynchronized_s`.
"""

from collections.abc import Iterable

from agent.names import TIME_SOURCE
from agent.rules.rule import HOUR_S, MINUTE_S, Level, Memory, Sight, plain
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

# The controller's word travelled: this much of what it measured may be the way.
TRAVEL_S = 1.0


class TimeSync:
    """High above 60 s, or not kept for 24 h; normal above 1 s. Holds let a fresh boot find its time first."""

    id = "time.sync"
    reads = "time"
    FACTS = ("time_offset_s", "time_source", "time_synchronized", "time_unsynchronized_s")
    LIMITS = (
        Limit("normal_s", 1, 0.01, 86_400, at_most="high_s"),
        Limit("high_s", 60, 0.1, 86_400),
        Limit("high_unsynchronized_hours", 24, 1, 8760),
    )
    clear_s = 0.0
    forgets = False

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        offset_s, source = worst(reading)
        kept = reading.value("vigia.time.synchronized")
        at_s = reading.taken_at.timestamp()
        if kept is not None:
            if kept or not 0 <= at_s - memory.get("unkept_since_s", at_s) < 365 * 24 * HOUR_S:
                memory.pop("unkept_since_s", None)
            if not kept:
                memory.setdefault("unkept_since_s", at_s)
        if offset_s is None and kept is None:
            return
        unkept_s = at_s - memory["unkept_since_s"] if "unkept_since_s" in memory else 0.0
        alone = unkept_s >= terms["high_unsynchronized_hours"] * HOUR_S
        off_s = abs(offset_s) if offset_s is not None else 0.0
        levels = (
            Level(Severity.HIGH, alone, not alone and off_s < terms["high_s"] / 2)
            if alone
            else Level(Severity.HIGH, off_s > terms["high_s"], off_s < terms["high_s"] / 2, 2 * MINUTE_S),
            Level(Severity.NORMAL, off_s > terms["normal_s"], off_s < terms["normal_s"] / 2, 10 * MINUTE_S),
        )
        facts = {
            "time_offset_s": "" if offset_s is None else plain(offset_s),
            "time_source": source,
            "time_synchronized": "" if kept is None else plain(kept),
            "time_unsynchronized_s": plain(unkept_s),
        }
        yield Sight("", levels, facts)


def worst(reading: Reading) -> tuple[float | None, str]:
    """The largest offset anybody measured, what may be the way of the message left out, and who it was."""
    found: tuple[float | None, str] = (None, "")
    for metric in reading.metrics:
        if metric.name != "vigia.time.offset":
            continue
        source, value = metric.attributes.get(TIME_SOURCE, ""), metric.value
        if source == "controller":
            value = max(0.0, value - TRAVEL_S) if value > 0 else min(0.0, value + TRAVEL_S)
        if found[0] is None or abs(value) > abs(found[0]):
            found = (value, source)
    return found
