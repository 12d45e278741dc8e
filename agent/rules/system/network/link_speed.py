"""A card agreed on less than it used to: a bad cable or socket, or a port set wrongly.

Facts: `interface_name`, `link_speed_mbit`, `link_speed_before_mbit`, `full_duplex` (1 or 0).
"""

from collections.abc import Iterable

from agent.names import INTERFACE
from agent.role import Role
from agent.rules.rule import Level, Memory, Sight, by_object, plain
from agent.rules.system.network.best import best
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

MBIT = 1e6


class LinkSpeed:
    """Normal for half duplex, or for less than half of the speed it had; after 10 min, not on laptops.

    Radio and virtual cards change their speed all the time: only those that named a duplex are judged.
    """

    id = "network.speed"
    reads = "links"
    FACTS = ("interface_name", "link_speed_mbit", "link_speed_before_mbit", "full_duplex")
    LIMITS = (Limit("normal_minutes", 10, 0, 1440),)
    clear_s = 60.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        if terms.role is Role.LAPTOP:
            return
        names = ("vigia.network.link_speed", "vigia.network.full_duplex")
        for card, values in by_object(reading, INTERFACE, *names).items():
            if names[1] not in values:
                continue
            speed, full = values[names[0]], bool(values[names[1]])
            before = best(memory, card, speed, reading.taken_at.timestamp())
            slower = speed < before / 2
            facts = {
                "interface_name": card,
                "link_speed_mbit": plain(speed / MBIT),
                "link_speed_before_mbit": plain(before / MBIT),
                "full_duplex": str(int(full)),
            }
            entered = slower or not full
            yield Sight(
                card, (Level(Severity.NORMAL, entered, not entered, terms["normal_minutes"] * 60),), facts
            )
