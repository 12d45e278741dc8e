"""The board's event log has a new bad entry: what passed too quickly for any sensor to show.

Facts: `sensor_name`, `event_name` as the controller words it, `events_risen` in the last day.
"""

from collections.abc import Iterable

from agent.rules.hardware.parts import DAY_S, joined, parts, rise
from agent.rules.rule import Level, Memory, Sight, plain
from agent.rules.terms import Terms
from agent.signals import Reading, Severity

BASE = "seen"


class IpmiEvents:
    """High for a day after a new one. What the log held when first read is history."""

    id = "ipmi.events"
    reads = "ipmi"
    FACTS = ("sensor_name", "event_name", "events_risen")
    LIMITS = ()
    clear_s = 0.0
    forgets = False
    blind_max_s = 1800.0

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        if reading.value("vigia.ipmi.sel.entries") is None:
            return  # the log could not be read: nothing to compare with
        at_s = reading.taken_at.timestamp()
        first = BASE not in memory
        memory.setdefault(BASE, {"at_s": at_s, "count": 0.0, "rises": []})["at_s"] = at_s
        seen = {
            (part.id, event): count for part in parts(reading, "sel") for event, count in part.by("hw.errors")
        }
        known = [tuple(key.split("\t", 1)) for key in memory if "\t" in key]
        sensors: dict[str, list[tuple[str, float]]] = {}
        for sensor, event in sorted({*seen, *known}):
            key, count = f"{sensor}\t{event}", seen.get((sensor, event), 0.0)
            if not first and key not in memory:
                rise(memory, key, 0.0, at_s, DAY_S)
            risen = rise(memory, key, count, at_s, DAY_S).risen
            sensors.setdefault(sensor, []).append((event, risen))
            if not count and not risen:
                del memory[key]
        for sensor, events in sensors.items():
            fresh = [event for event, risen in events if risen]
            risen = sum(number for _, number in events)
            facts = {"sensor_name": sensor, "event_name": joined(fresh), "events_risen": plain(risen)}
            yield Sight(sensor, (Level(Severity.HIGH, risen > 0, risen == 0),), facts)
