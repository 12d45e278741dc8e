"""The cable, switch port or radio that leads out of the site is dead.

Facts: `interface_name`, `link_present` ("1"; "0" when the interface itself is gone).
"""

from collections.abc import Iterable

from agent.names import INTERFACE
from agent.role import Role
from agent.rules.rule import Level, Memory, Sight, by_object
from agent.rules.terms import Limit, Terms
from agent.signals import Reading, Severity

# A switch port that renegotiates, or a cable moved to the next socket.
HOLD_S = 15.0


class NetworkLink:
    """High for an interface with the default route, or the last one that had it, after 15 s.

    The kernel takes the route away with the link, hence the memory. Laptops are carried about: not judged.
    """

    id = "network.link"
    reads = "network"
    FACTS = ("interface_name", "link_present")
    LIMITS = (
        # Long enough to move a cable to the next socket.
        Limit("high_s", 15, 0, 3600),
    )
    clear_s = 30.0
    forgets = True

    def look(self, reading: Reading, terms: Terms, memory: Memory) -> Iterable[Sight]:
        if terms.role is Role.LAPTOP:
            return
        seen = by_object(reading, INTERFACE, "vigia.network.default_route", "vigia.network.up")
        if not seen:
            return
        leading = [name for name, values in seen.items() if values["vigia.network.default_route"]]
        before: list[str] = memory.get("leading", [])
        if not before or any(seen[name].get("vigia.network.up", 1.0) for name in leading):
            memory["leading"] = leading
        for name in sorted({*seen, *memory["leading"]}):
            up = seen.get(name, {"vigia.network.up": 0.0}).get("vigia.network.up")
            if up is not None:
                wanted = name in memory["leading"]
                level = Level(Severity.HIGH, wanted and not up, bool(up) or not wanted, terms["high_s"])
                yield Sight(name, (level,), {"interface_name": name, "link_present": str(int(name in seen))})
